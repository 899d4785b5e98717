/// One line of the audit trail: who did what, when, to what, and why it was refused. No secrets.
public struct AuditEntry: Hashable, Sendable, Codable {
    /// Seconds since 1970.
    public var at: Int64
    /// `payer acc_…`, `platform …`, `terminal …`, `operator`, `upkeep`.
    public var actor: String
    public var action: String
    /// What it was done to: an account's, order's or party's name.
    public var subject: String
    public var detail: String

    public init(at: Int64, actor: String, action: String, subject: String = "", detail: String = "") {
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}
