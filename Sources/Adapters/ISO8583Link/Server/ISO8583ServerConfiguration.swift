/// How an issuer listens, and how much it takes.
public struct ISO8583ServerConfiguration: Sendable {
    public var `protocol`: LineProtocol
    /// A connection over which nothing comes for so long is closed; acquirers send echoes.
    public var silenceMax: Duration = .seconds(180)
    public var connectionsMax = 64
    /// Requests of one connection that are being answered at the same time.
    public var requestsMax = 32
    /// `nil`: messages come and go as they are.
    public var security: LineServerSecurity?

    public init(protocol: LineProtocol = LineProtocol()) { self.protocol = `protocol` }
}
