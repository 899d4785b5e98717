import SecureElement
public import SeneschalAPI

/// What a wallet has installed by the central TSM: the definitions of its services, which the TSM's operator registers.
public enum WalletServices {
    /// The two universal cards, by type, and a payment card of its own.
    public static let all: [API.Service] = [
        .builtIn(
            2001, "Universal debit card", BuiltInModule.universalCardPackage, BuiltInModule.universalCard,
            instances: [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x01]),
        .builtIn(
            2002, "Universal credit card", BuiltInModule.universalCardPackage, BuiltInModule.universalCard,
            instances: [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x02]),
        .builtIn(
            2003, "Payment card", BuiltInModule.paymentPackage, BuiltInModule.payment,
            instances: [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10]),
    ]
}
