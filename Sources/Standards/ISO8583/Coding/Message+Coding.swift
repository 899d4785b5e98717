extension Message {
    /// Reads one message and nothing after it.
    ///
    /// - Throws: ``MessageDecodingError`` naming the field and the byte.
    public init(_ bytes: [UInt8], in dialect: Dialect) throws(MessageDecodingError) {
        var decoder = MessageDecoder(bytes, in: dialect)
        self = try decoder.decode()
    }

    /// The message as it is sent.
    public func bytes(in dialect: Dialect) -> [UInt8] {
        var encoder = MessageEncoder(dialect)
        encoder.append(self)
        return encoder.bytes
    }

    /// The message with its authentication code: field 64, or 128 where there are fields above 64.
    public func bytes(in dialect: Dialect, authenticatedBy authentication: MessageAuthentication?) -> [UInt8] {
        guard let authentication else { return bytes(in: dialect) }
        var message = self
        message.remove(.messageAuthenticationCode)
        message.remove(.secondMessageAuthenticationCode)
        message.setAuthenticationCode([UInt8](repeating: 0, count: MessageAuthentication.length))
        let placeholder = message.bytes(in: dialect)
        let valueLength = MessageAuthentication.length * (dialect.bytes == .hexadecimal ? 2 : 1)
        message.setAuthenticationCode(authentication.code(of: Array(placeholder.dropLast(valueLength))))
        return message.bytes(in: dialect)
    }

    /// Reads one message and believes it only with its authentication code, when there is a key for one.
    ///
    /// - Throws: ``MessageReadingError``.
    public init(
        _ bytes: [UInt8], in dialect: Dialect, authenticatedBy authentication: MessageAuthentication?
    ) throws(MessageReadingError) {
        var decoder = MessageDecoder(bytes, in: dialect)
        do {
            self = try decoder.decode()
        } catch {
            throw .malformed(error, partial: authentication == nil ? decoder.message : nil)
        }
        guard let authentication else { return }
        guard let offset = decoder.authenticationCodeOffset, let code = lastAuthenticationCode else {
            throw .authenticationCodeMissing
        }
        guard authentication.isValid(code, of: Array(bytes[..<offset])) else { throw .authenticationCodeWrong }
    }

    private var lastAuthenticationCode: [UInt8]? {
        bytes(.secondMessageAuthenticationCode) ?? bytes(.messageAuthenticationCode)
    }

    private mutating func setAuthenticationCode(_ code: [UInt8]) {
        do {
            try set(authenticationElement, bytes: code)
        } catch {
            preconditionFailure("an authentication code has eight bytes: \(error)")
        }
    }
}

/// Why bytes that came over a line are not believed to be a message.
public enum MessageReadingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// With what could be read before the fault, where nobody has to be authenticated.
    case malformed(MessageDecodingError, partial: Message?)
    /// The last field is no authentication code.
    case authenticationCodeMissing
    case authenticationCodeWrong

    public var description: String {
        switch self {
        case .malformed(let error, _): "\(error)"
        case .authenticationCodeMissing: "the message has no authentication code as its last field"
        case .authenticationCodeWrong: "the authentication code of the message is wrong"
        }
    }
}
