extension API {
    /// Cards that share a master key, which their manufacturer has too.
    public struct CardBatch: WireType {
        public var masterKeyIndex: Int
        public var label: String
        public var createdAt: Timestamp

        public init(masterKeyIndex: Int, label: String, createdAt: Timestamp) {
            self.masterKeyIndex = masterKeyIndex
            self.label = label
            self.createdAt = createdAt
        }

        public static let schema = Schema.object(
            "CardBatch", "A batch of cards.",
            [
                .required("masterKeyIndex", masterKeyIndexSchema),
                .required("label", .text(1...64, example: "embedded 2026-1")), .required("createdAt", .dateTime),
            ])
    }

    /// Whose access credential it is.
    public struct CredentialHolder: WireType {
        public enum Kind: String, Codable, Sendable, CaseIterable { case serviceProvider, `operator`, agent }

        public var type: Kind
        public var id: String

        public init(type: Kind, id: String) {
            self.type = type
            self.id = id
        }

        public static let schema = Schema.object(
            "CredentialHolder", "Whose access credential it is.",
            [
                .required("type", .choice(Kind.self)),
                .required(
                    "id", .printable(1...80, example: "5f1c0a9be2d34477"),
                    "A provider's identifier, an operator's name, or a secure element as cin:45434E…"),
            ])
    }

    public struct IssueCredentialRequest: WireType {
        public var holder: CredentialHolder

        public init(holder: CredentialHolder) { self.holder = holder }

        public static let schema = Schema.object(
            "IssueCredentialRequest", "A further access credential.",
            [.required("holder", CredentialHolder.schema)])
    }

    /// An access credential, without its secret.
    public struct Credential: WireType {
        public var id: String
        public var holder: CredentialHolder
        public var createdAt: Timestamp
        public var revokedAt: Timestamp?

        public init(id: String, holder: CredentialHolder, createdAt: Timestamp, revokedAt: Timestamp?) {
            self.id = id
            self.holder = holder
            self.createdAt = createdAt
            self.revokedAt = revokedAt
        }

        public static let schema = Schema.object(
            "Credential", "An access credential, without its secret.",
            [
                .required("id", credentialIDSchema), .required("holder", CredentialHolder.schema),
                .required("createdAt", .dateTime),
                .optional("revokedAt", .dateTime, "From then on it opens nothing."),
            ])
    }

    public struct IssueCredentialResponse: WireType {
        public var credential: Credential
        public var secret: String

        public init(credential: Credential, secret: String) {
            self.credential = credential
            self.secret = secret
        }

        public static let schema = Schema.object(
            "IssueCredentialResponse", "The credential and its secret.",
            [.required("credential", Credential.schema), .required("secret", secretSchema)])
    }

    static let credentialIDSchema = Schema(
        "SHA-256 of the secret: it names the credential and opens nothing.", .hex(32...32),
        example: .string(String(repeating: "5a", count: 32)))
}
