import ISO7816
import SecureElement
public import SeneschalAPI

/// What a wallet has installed by the central TSM: the definitions of its services, which the TSM's operator registers.
public enum WalletServices {
    /// The two universal cards, by type, and a payment card of its own.
    public static let all = [
        service(
            2001, "Universal debit card", BuiltInModule.universalCardPackage, BuiltInModule.universalCard,
            [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x01]),
        service(
            2002, "Universal credit card", BuiltInModule.universalCardPackage, BuiltInModule.universalCard,
            [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x02]),
        service(
            2003, "Payment card", BuiltInModule.paymentPackage, BuiltInModule.payment,
            [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10]),
    ]

    private static func service(
        _ number: Int, _ name: String, _ package: AID, _ module: AID, _ prefix: [UInt8]
    ) -> API.Service {
        API.Service(
            service: .init(id: number, version: "1.0"), name: name, executableLoadFile: HexBytes(package.bytes),
            executableModule: HexBytes(module.bytes), instanceAIDPrefix: HexBytes(prefix),
            minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1"), minimumCertificationLevel: 3)
    }
}
