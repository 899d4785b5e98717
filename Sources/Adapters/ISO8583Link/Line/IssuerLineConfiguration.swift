/// Where an issuer is, and how patient its acquirer is.
public struct IssuerLineConfiguration: Sendable {
    public var host: String
    public var port: Int
    public var `protocol`: LineProtocol
    /// Until a connection stands.
    public var connectTimeout: Duration = .seconds(5)
    /// Until the answer to a request.
    public var answerTimeout: Duration = .seconds(15)
    /// After so long without a message an echo is sent; one that is not answered in time ends the connection.
    public var echoInterval: Duration = .seconds(30)
    /// Between two attempts to connect: doubled each time, up to ``backOffMax``.
    public var backOffMin: Duration = .milliseconds(250)
    public var backOffMax: Duration = .seconds(30)
    /// Requests that wait for their answers at the same time.
    public var requestsMax = 1_024
    /// `nil`: messages come and go as they are.
    public var security: LineClientSecurity?

    public init(host: String, port: Int, protocol: LineProtocol = LineProtocol()) {
        self.host = host
        self.port = port
        self.protocol = `protocol`
    }
}
