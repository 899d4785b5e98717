public import GlobalPlatform
public import ISO7816

/// One of the four configurations of the source, as data: which security domains a card leaves the factory with.
///
///     var card = SecureElement.manufacture(.uicc, identity: identity) { keys(of: $0.aid) }
///
/// Each figure has alternatives; ``Alternatives`` names them. Privileges are those of Tables 1, 4, 8 and 12.
public struct CardConfiguration: Hashable, Sendable {
    public let figure: Figure
    public let alternatives: Alternatives
    /// The issuer security domain first, each behind the one it lies below.
    public let securityDomains: [Entry]
    /// Bytes that load files, instances and keys may take together.
    public var capacity = 512 * 1024

    /// The figures of the source, by their numbers.
    public enum Figure: UInt8, Hashable, Sendable, CaseIterable {
        /// An embedded secure element: the central SD is the ISD.
        case embedded = 5
        /// A UICC: central SD and mobile network's SD below the ISD.
        case uicc = 6
        /// An embedded secure element with security domains of third parties.
        case embeddedWithThirdParty = 7
        /// A UICC with security domains of third parties.
        case uiccWithThirdParty = 8
    }

    /// What the figures leave open.
    public struct Alternatives: Hashable, Sendable {
        /// Service providers' security domains may have DAP Verification.
        public var serviceProvidersVerifyDAP: Bool
        /// Central security domains beside the first.
        public var furtherCentralSecurityDomains: Int
        /// The security domains of third parties, Figs. 7 and 8.
        public var thirdParties: Int
        /// Whether one verifies the signatures of all that is loaded, Figs. 7 and 8.
        public var hasMandatedDAP: Bool
        /// Whether one brings secrets into new security domains, Figs. 7 and 8.
        public var hasControllingAuthority: Bool
        /// Whether the payment package is on the card already, or is loaded later.
        public var holdsPaymentPackage: Bool
        /// Whether a card that is no UICC has the root of a UICC's file system too, for clients that ask for it.
        public var hasFileSystem: Bool

        /// As many of a kind as their AIDs can number.
        public static let sameKindMax = 9

        public init(
            serviceProvidersVerifyDAP: Bool = true, furtherCentralSecurityDomains: Int = 0, thirdParties: Int = 1,
            hasMandatedDAP: Bool = true, hasControllingAuthority: Bool = true, holdsPaymentPackage: Bool = true,
            hasFileSystem: Bool = false
        ) {
            precondition(
                (0..<Self.sameKindMax).contains(furtherCentralSecurityDomains)
                    && (0...Self.sameKindMax).contains(thirdParties), "nine of a kind at most")
            self.serviceProvidersVerifyDAP = serviceProvidersVerifyDAP
            self.furtherCentralSecurityDomains = furtherCentralSecurityDomains
            self.thirdParties = thirdParties
            self.hasMandatedDAP = hasMandatedDAP
            self.hasControllingAuthority = hasControllingAuthority
            self.holdsPaymentPackage = holdsPaymentPackage
            self.hasFileSystem = hasFileSystem
        }
    }

    /// A security domain that the card leaves the factory with, and that has a key set of its own.
    public struct Entry: Hashable, Sendable {
        public let role: SecurityDomainRole
        public let aid: AID
        public let privileges: Privileges
        /// The security domain it is associated with; the ISD with itself.
        public let parent: AID
    }

    public init(_ figure: Figure, _ alternatives: Alternatives = Alternatives()) {
        self.figure = figure
        self.alternatives = alternatives
        securityDomains = Self.entries(figure, alternatives)
    }

    /// Fig. 5.
    public static let embedded = CardConfiguration(.embedded)
    /// Fig. 6.
    public static let uicc = CardConfiguration(.uicc)
    /// Fig. 7.
    public static let embeddedWithThirdParty = CardConfiguration(.embeddedWithThirdParty)
    /// Fig. 8.
    public static let uiccWithThirdParty = CardConfiguration(.uiccWithThirdParty)

    /// What the card keeps of it for ever.
    public var rules: CardRules {
        CardRules(
            figure, serviceProvidersVerifyDAP: alternatives.serviceProvidersVerifyDAP,
            hasFileSystem: alternatives.hasFileSystem ? true : nil)
    }

    /// The first central SD: the companions and packages are its own.
    public var centralSecurityDomain: AID {
        securityDomains.first { $0.role == .central || $0.role == .managingCentral }?.aid ?? Self.issuerSecurityDomain
    }
}

extension CardConfiguration.Figure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .embedded: "embedded (Fig. 5)"
        case .uicc: "UICC (Fig. 6)"
        case .embeddedWithThirdParty: "embedded with third party (Fig. 7)"
        case .uiccWithThirdParty: "UICC with third party (Fig. 8)"
        }
    }
}

// MARK: - AIDs

extension CardConfiguration {
    /// The AID that clients look for (GPC v2.3.1 §H.1.3).
    public static let issuerSecurityDomain: AID = "A000000151000000"
    /// The central SD where it is not the ISD.
    public static let managingCentralSecurityDomain: AID = "F053454E45534348414C43530001"
    public static let mobileNetworkSecurityDomain: AID = "F053454E45534348414C4D4E0001"
    public static let thirdPartySecurityDomain: AID = "F053454E45534348414C54500001"
    public static let mandatedDAPSecurityDomain: AID = "F053454E45534348414C4D440001"
    /// The AID that GlobalPlatform gives the CASD (UICC Configuration 1.0.1).
    public static let controllingAuthoritySecurityDomain: AID = "A00000015153504341534400"

    /// The directory of contactless applications, at the name that EMV gives it: `2PAY.SYS.DDF01`.
    public static let paymentSystemEnvironment: AID = "325041592E5359532E4444463031"
    /// The directory for terminals with contacts, `1PAY.SYS.DDF01`.
    public static let paymentSystemDirectory: AID = "315041592E5359532E4444463031"
    public static let walletCompanion: AID = "F053454E45534348414C57430001"
    public static let storedValue: AID = "F053454E45534348414C53560001"

    /// The AID of another security domain of the same kind: the last byte counts.
    static func numbered(_ aid: AID, _ number: Int) -> AID {
        var bytes = aid.bytes
        bytes[bytes.count - 1] = UInt8(number)
        guard let numbered = try? AID(bytes) else { preconditionFailure("an AID of the same length") }
        return numbered
    }
}
