extension API {
    /// A mobile network through which secure elements are reached.
    public struct MobileNetwork: WireType {
        public var name: String

        public init(name: String) { self.name = name }

        public static let schema = Schema.object(
            "MobileNetwork", "A mobile network.",
            [
                .required(
                    "name", .printable(1...64, example: "North"),
                    "Letters, digits, '-', '_' and '.': it stands in the URL of its remote agent.")
            ])
    }

    public struct RegisterServiceProviderRequest: WireType {
        public var name: String
        public var transportKey: String

        public init(name: String, transportKey: String) {
            self.name = name
            self.transportKey = transportKey
        }

        public static let schema = Schema.object(
            "RegisterServiceProviderRequest", "A new service provider.",
            [
                .required("name", .text(1...64, example: "First Bank"), "The name in service qualifiers."),
                .required("transportKey", transportKeySchema),
            ])
    }

    /// A registered service provider.
    public struct ServiceProvider: WireType {
        public var id: String
        public var name: String
        public var number: Int
        public var temporaryMasterKeyIndex: Int
        public var registeredAt: Timestamp

        public init(id: String, name: String, number: Int, temporaryMasterKeyIndex: Int, registeredAt: Timestamp) {
            self.id = id
            self.name = name
            self.number = number
            self.temporaryMasterKeyIndex = temporaryMasterKeyIndex
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "ServiceProvider", "A registered service provider.",
            [
                .required("id", providerIDSchema), .required("name", .text(1...64, example: "First Bank")),
                .required(
                    "number", .integer(1...65_535, example: 1), "Distinguishes its security domains on every card."),
                .required("temporaryMasterKeyIndex", masterKeyIndexSchema), .required("registeredAt", .dateTime),
            ])
    }

    public struct RegisterServiceProviderResponse: WireType {
        public var provider: ServiceProvider
        public var secret: String
        public var temporaryMasterKey: WrappedMasterKey

        public init(provider: ServiceProvider, secret: String, temporaryMasterKey: WrappedMasterKey) {
            self.provider = provider
            self.secret = secret
            self.temporaryMasterKey = temporaryMasterKey
        }

        public static let schema = Schema.object(
            "RegisterServiceProviderResponse", "The provider, its credential and its temporary master key.",
            [
                .required("provider", ServiceProvider.schema),
                .required("secret", secretSchema), .required("temporaryMasterKey", WrappedMasterKey.schema),
            ])
    }

    /// A master key on its way to another party.
    public struct WrappedMasterKey: WireType {
        public var masterKeyIndex: Int
        public var wrappedKey: HexBytes

        public init(masterKeyIndex: Int, wrappedKey: HexBytes) {
            self.masterKeyIndex = masterKeyIndex
            self.wrappedKey = wrappedKey
        }

        public static let schema = Schema.object(
            "WrappedMasterKey", "A master key, encrypted under the receiver's transport key.",
            [
                .required("masterKeyIndex", masterKeyIndexSchema),
                .required(
                    "wrappedKey", .hex(256...1_024, example: String(repeating: "5A", count: 256)),
                    "RSA-OAEP with SHA-256."),
            ])
    }

    public struct CreateCardBatchRequest: WireType {
        public var label: String
        public var transportKey: String

        public init(label: String, transportKey: String) {
            self.label = label
            self.transportKey = transportKey
        }

        public static let schema = Schema.object(
            "CreateCardBatchRequest", "A batch of cards that a manufacturer is going to make.",
            [
                .required("label", .text(1...64, example: "embedded 2026-1")),
                .required("transportKey", transportKeySchema),
            ])
    }

    /// What to instantiate for a service, and what a secure element must offer for it.
    public struct Service: WireType {
        public var service: ServiceIdentifier
        public var name: String
        public var executableLoadFile: HexBytes
        public var executableModule: HexBytes
        public var instanceAIDPrefix: HexBytes
        public var installParameters: HexBytes?
        public var minimumStandard: StandardVersion
        public var minimumCertificationLevel: Int?
        public var providers: [String]?

        public init(
            service: ServiceIdentifier, name: String, executableLoadFile: HexBytes, executableModule: HexBytes,
            instanceAIDPrefix: HexBytes, installParameters: HexBytes? = nil, minimumStandard: StandardVersion,
            minimumCertificationLevel: Int? = nil, providers: [String]? = nil
        ) {
            self.service = service
            self.name = name
            self.executableLoadFile = executableLoadFile
            self.executableModule = executableModule
            self.instanceAIDPrefix = instanceAIDPrefix
            self.installParameters = installParameters
            self.minimumStandard = minimumStandard
            self.minimumCertificationLevel = minimumCertificationLevel
            self.providers = providers
        }

        public static let schema = Schema.object(
            "Service", "The general definition of a service.",
            [
                .required("service", ServiceIdentifier.schema), .required("name", .text(1...64, example: "Payment")),
                .required(
                    "executableLoadFile", .hex(5...16, example: "F053454E45534348414C5041"),
                    "The package that sits, uninstantiated, on the secure element."),
                .required("executableModule", .hex(5...16, example: "F053454E45534348414C504101")),
                .required(
                    "instanceAIDPrefix", .hex(5...14, example: "F053454E45534348414C5041"),
                    "Two bytes are appended for every instance."),
                .optional("installParameters", .hex(0...128, example: ""), "Tag C9 and what the applet asks for."),
                .required("minimumStandard", StandardVersion.schema),
                .optional("minimumCertificationLevel", certificationLevelSchema, "Absent: any."),
                .optional(
                    "providers", .array(of: providerIDSchema, 0...1_024), "Who may use it; absent or empty: all."),
            ])
    }

    /// A subscription and the secure element it stands for.
    public struct Subscription: WireType {
        public var msi: MobileSubscriptionIdentifier
        public var seId: SecureElementIdentifier

        public init(msi: MobileSubscriptionIdentifier, seId: SecureElementIdentifier) {
            self.msi = msi
            self.seId = seId
        }

        public static let schema = Schema.object(
            "Subscription", "A subscription and its secure element.",
            [
                .required("msi", MobileSubscriptionIdentifier.schema),
                .required("seId", SecureElementIdentifier.schema),
            ])
    }
}

extension API {
    static let providerIDSchema = Schema.printable(1...64, example: "5f1c0a9be2d34477")
    static let secretSchema = Schema(
        "Bearer secret, told once.", .printable(16...256), example: .string(String(repeating: "0", count: 64)))
    static let transportKeySchema = Schema(
        "Public RSA key of the receiver (PEM, SubjectPublicKeyInfo): the master key is wrapped under it.",
        .text(64...8_192),
        example:
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA…\n-----END PUBLIC KEY-----\n")
}
