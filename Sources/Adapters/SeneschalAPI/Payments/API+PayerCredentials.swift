extension API {
    /// Another device is to speak for the account.
    public struct ReplaceDeviceRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var deviceKey: HexBytes
        public var pin: String

        public init(deviceKey: HexBytes, pin: String) {
            self.deviceKey = deviceKey
            self.pin = pin
        }

        public var description: String { "‹replacement of a device›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "ReplaceDeviceRequest", "Another device is to speak for the account.",
            [
                .required("deviceKey", deviceKeySchema, "The public half of the new device's key."),
                .required("pin", pinSchema),
            ])
    }

    /// Another payment PIN.
    public struct ReplacePINRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var pin: String
        public var newPIN: String

        public init(pin: String, newPIN: String) {
            self.pin = pin
            self.newPIN = newPIN
        }

        public var description: String { "‹replacement of a PIN›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "ReplacePINRequest", "Another payment PIN.",
            [
                .required("pin", pinSchema, "The PIN until now."),
                .required("newPIN", pinSchema),
            ])
    }

    /// The device that speaks for an account.
    public struct PayerDevice: WireType {
        public var deviceKeyName: String

        public init(deviceKeyName: String) {
            self.deviceKeyName = deviceKeyName
        }

        public static let schema = Schema.object(
            "PayerDevice", "The device that speaks for an account.",
            [
                .required("deviceKeyName", keyNameSchema, "`kid` of what it signs.")
            ])
    }
}
