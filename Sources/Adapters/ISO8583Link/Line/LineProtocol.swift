public import ISO8583

/// What both ends of a line have agreed on.
public struct LineProtocol: Hashable, Sendable {
    public var dialect: Dialect
    /// The key of both; `nil` on a line where nobody is authenticated.
    public var authentication: MessageAuthentication?

    public init(dialect: Dialect = .binary, authentication: MessageAuthentication? = nil) {
        self.dialect = dialect
        self.authentication = authentication
    }

    func bytes(of message: Message) -> [UInt8] {
        message.bytes(in: dialect, authenticatedBy: authentication)
    }

    func message(_ bytes: [UInt8]) throws(MessageReadingError) -> Message {
        try Message(bytes, in: dialect, authenticatedBy: authentication)
    }
}
