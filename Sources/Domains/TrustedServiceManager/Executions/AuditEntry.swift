/// One line of the audit trail: who did what to which secure element. It carries no secrets and no APDU data.
public struct AuditEntry: Hashable, Sendable, Codable {
    public var at: Int64
    /// `provider:<id>`, `operator:<name>`, `agent:<seId>` or `tsm`.
    public var actor: String
    public var action: String
    public var secureElement: SecureElementIdentifier?
    public var detail: String

    public init(
        at: Int64, actor: String, action: String, secureElement: SecureElementIdentifier? = nil, detail: String = ""
    ) {
        self.at = at
        self.actor = actor
        self.action = action
        self.secureElement = secureElement
        self.detail = detail
    }
}
