public import EMV
public import ISO7816

/// What a terminal is and can do: the data objects that do not change from one transaction to the next.
public struct TerminalProfile: Hashable, Sendable {
    /// The merchant's name, as it stands on a statement: at most 64 bytes.
    public var merchant: String
    /// The applications that it can pay with, by what their AIDs begin with.
    public var applications: [AID]
    /// Terminal transaction qualifiers (tag 9F66).
    public var qualifiers: [UInt8]
    /// Tag 9F35: 22, attended, with the acquirer, offline with online capability.
    public var type: UInt8
    /// Tag 9F33.
    public var capabilities: [UInt8]
    /// The keys of the payment schemes: without one, no card of the scheme is authenticated offline.
    public var authorities: CertificationAuthorityKeys

    /// EMV mode, online PIN and signature; an online cryptogram is required; consumers may be confirmed on their device.
    public static let qualifiersDefault: [UInt8] = [0x26, 0x80, 0x40, 0x00]

    public init(
        merchant: String, applications: [AID] = Self.knownApplications,
        qualifiers: [UInt8] = Self.qualifiersDefault, type: UInt8 = 0x22, capabilities: [UInt8] = [0xE0, 0x68, 0xC8],
        authorities: CertificationAuthorityKeys = CertificationAuthorityKeys()
    ) {
        self.merchant = merchant
        self.applications = applications
        self.qualifiers = qualifiers
        self.type = type
        self.capabilities = capabilities
        self.authorities = authorities
    }

    /// Visa, Mastercard and UnionPay, by the identifiers of their registered providers.
    public static let knownApplications: [AID] = ["A000000003", "A000000004", "A000000333"]

    func accepts(_ application: AID) -> Bool { applications.contains { application.hasPrefix($0.bytes) } }
}
