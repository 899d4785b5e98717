/// One line of the audit trail: who did what, when, to what, and why it was refused. No digits, no secrets.
public struct AuditEntry: Hashable, Sendable, Codable {
    /// Seconds since 1970-01-01 UTC.
    public var at: Int64
    /// `user usr_…`, `acquirer …`, `issuer …`, `operator …`, `wallet`.
    public var actor: String
    public var action: String
    public var user: UserID?
    /// What it was done to: a reference.
    public var subject: String
    public var detail: String

    public init(
        at: Int64, actor: String, action: String, user: UserID? = nil, subject: String = "", detail: String = ""
    ) {
        self.at = at
        self.actor = actor
        self.action = action
        self.user = user
        self.subject = subject
        self.detail = detail
    }
}
