extension API {
    /// A customer as the issuer registers it. It prints as nothing.
    public struct RegisterCardholderRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var name: String
        public var identityNumber: String
        public var telephoneNumber: String

        public init(name: String, identityNumber: String, telephoneNumber: String) {
            self.name = name
            self.identityNumber = identityNumber
            self.telephoneNumber = telephoneNumber
        }

        public var description: String { "‹cardholder›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RegisterCardholderRequest", "A new cardholder.",
            [
                .required("name", .text(2...256, example: "Ada Byron")),
                .required("identityNumber", .text(4...64, example: "110101-1815")),
                .required(
                    "telephoneNumber", .text(6...64, example: "+44 20 7946 0018"),
                    "Reserved number: one-time passwords go there."),
            ])
    }

    public struct Cardholder: WireType {
        public var id: String
        public var name: String
        public var telephoneEnding: String
        public var registeredAt: Timestamp

        public init(id: String, name: String, telephoneEnding: String, registeredAt: Timestamp) {
            self.id = id
            self.name = name
            self.telephoneEnding = telephoneEnding
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "Cardholder", "A cardholder, without what identifies it.",
            [
                .required("id", cardholderIDSchema), .required("name", .text(2...256, example: "ADA BYRON")),
                .required("telephoneEnding", .printable(2...2, example: "18"), "The last two digits."),
                .required("registeredAt", .dateTime),
            ])
    }

    static let cardholderIDSchema = Schema.printable(36...36, example: "hld_00112233445566778899aabbccddeeff")

    /// A one-time password that the simulated telephone network holds.
    public struct OutgoingOneTimePassword: WireType, CustomStringConvertible, CustomReflectable {
        public var verificationId: String
        public var telephoneNumber: String
        public var oneTimePassword: String
        public var expiresAt: Timestamp

        public init(verificationId: String, telephoneNumber: String, oneTimePassword: String, expiresAt: Timestamp) {
            self.verificationId = verificationId
            self.telephoneNumber = telephoneNumber
            self.oneTimePassword = oneTimePassword
            self.expiresAt = expiresAt
        }

        public var description: String { "‹one-time password of \(verificationId)›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "OutgoingOneTimePassword", "A one-time password in the simulated telephone network.",
            [
                .required("verificationId", verificationIDSchema),
                .required("telephoneNumber", .text(6...64, example: "+442079460018")),
                .required("oneTimePassword", .printable(1...16, example: "271828")), .required("expiresAt", .dateTime),
            ])
    }
}
