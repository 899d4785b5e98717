/// How an acquirer's line to an issuer is. Moments are seconds since 1970; `nil` for what has not happened yet.
public struct LineState: Hashable, Sendable {
    /// `nil` while the line is down.
    public var signedOnAt: Int64?
    /// Whether it is protected by TLS.
    public var isEncrypted: Bool
    /// When the issuer last answered an echo.
    public var lastEchoAt: Int64?
    /// When the issuer last sent a message.
    public var lastHeardAt: Int64?
    /// Requests that wait for their answers.
    public var waiting: Int
}
