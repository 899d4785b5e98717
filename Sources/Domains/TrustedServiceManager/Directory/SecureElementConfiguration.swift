/// How a secure element is laid out: the four configurations of the source (systems.md §1.9).
public enum SecureElementConfiguration: String, Sendable, Codable, CaseIterable {
    /// Fig. 5: the central SD is the issuer SD.
    case embedded
    /// Fig. 6: the issuer SD has created a central SD and an MNO SD.
    case uicc
    /// Fig. 7: the issuer SD has created a central SD and third-party SDs.
    case embeddedThirdParty
    /// Fig. 8: the union of the two before.
    case uiccThirdParty

    /// Whether the issuer SD stands apart from the central SD.
    public var hasIssuerSecurityDomainApart: Bool { self != .embedded }
}

/// Whose security domain it is that this TSM manages content through on a secure element.
public enum ManagementRole: String, Sendable, Codable, CaseIterable {
    /// The central SD: this TSM is the central TSM (502, 602, 702, 802).
    case central
    /// The MNO SD: this TSM is the mobile network operator's (607, 807).
    case mobileNetworkOperator
    /// A third-party SD with Authorized Management: this TSM is a third party's (708, 808).
    case thirdParty
}

/// Whether a secure element works, as its last reading told.
public enum SecureElementLifeCycle: String, Sendable, Codable, CaseIterable {
    case operational
    /// CARD_LOCKED: only the issuer SD answers, until it is unlocked.
    case locked
    /// TERMINATED: for good.
    case terminated
}
