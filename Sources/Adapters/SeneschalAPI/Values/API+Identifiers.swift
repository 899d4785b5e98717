extension API {
    /// Names one secure element.
    public struct SecureElementIdentifier: WireType {
        public enum Kind: String, Codable, Sendable, CaseIterable { case cin, cplc }

        public var type: Kind
        public var value: String

        public init(type: Kind, value: String) {
            self.type = type
            self.value = value
        }

        /// As it stands in a path: `cin:4445…`.
        public var pathSegment: String { "\(type.rawValue):\(value)" }

        public static let schema = Schema.object(
            "SecureElementIdentifier", "Unique string written into the secure element, and which kind it is.",
            [
                .required("type", .choice(Kind.self), "cin: Card Image Number (GET DATA 45); cplc: production data."),
                .required("value", .hex(4...32, example: "45434E0000000001")),
            ])
    }

    /// The number of a subscription: all that a service provider knows of its customer.
    public struct MobileSubscriptionIdentifier: WireType {
        public enum Kind: String, Codable, Sendable, CaseIterable { case mdn, imsi, alias }

        public var type: Kind
        public var value: String
        public var mno: String?

        public init(type: Kind, value: String, mno: String? = nil) {
            self.type = type
            self.value = value
            self.mno = mno
        }

        public static let schema = Schema.object(
            "MobileSubscriptionIdentifier", "Unique number of a subscription (MSI).",
            [
                .required(
                    "type", .choice(Kind.self), "mdn: telephone number (E.164); imsi: E.212; alias: agreed name."),
                .required("value", .printable(1...64, example: "491700000001")),
                .optional(
                    "mno", .text(1...64, example: "North"),
                    "Name of the mobile network, if the number carries one. The network recorded for the secure "
                        + "element decides, never this."),
            ])
    }

    /// Number and version: the general definition of a service.
    public struct ServiceIdentifier: WireType {
        public var id: Int
        public var version: String

        public init(id: Int, version: String) {
            self.id = id
            self.version = version
        }

        public static let schema = Schema.object(
            "ServiceIdentifier", "Names the general definition of a service.",
            [
                .required("id", .integer(1...Int(Int32.max), example: 7)),
                .required("version", .printable(1...32, example: "1.0")),
            ])
    }

    /// SP name and payment reference number: the instance of a service that commands act on.
    public struct ServiceQualifier: WireType {
        public var spName: String
        public var prn: String

        public init(spName: String, prn: String) {
            self.spName = spName
            self.prn = prn
        }

        public static let schema = Schema.object(
            "ServiceQualifier", "Names the instance of a service.",
            [
                .required("spName", .text(1...64, example: "First Bank"), "Registered name of the service provider."),
                .required(
                    "prn", .printable(1...64, example: "PRN-0001"),
                    "Payment account reference number. It is not a card number."),
            ])
    }

    /// A standard that a secure element follows, such as GlobalPlatform 2.3.1.
    public struct StandardVersion: WireType {
        public var name: String
        public var version: String

        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }

        public static let schema = Schema.object(
            "StandardVersion", "A standard and its version.",
            [
                .required("name", .text(1...64, example: "GlobalPlatform")),
                .required("version", .printable(1...32, example: "2.3.1"), "Dotted decimal."),
            ])
    }

    public enum SecureElementType: String, Codable, Sendable, CaseIterable {
        case uicc = "UICC"
        case embedded = "eSE"
        case nfcEnabler = "NFC enabler"
    }

    /// Whether a request did what it asked for.
    public enum Status: String, Codable, Sendable, CaseIterable { case success, failure }

    /// Where a service stands on one secure element.
    public enum ServiceStatus: String, Codable, Sendable, CaseIterable {
        case absent, prePersonalized, keysRotated, personalized, active, locked, deleted
    }
}
