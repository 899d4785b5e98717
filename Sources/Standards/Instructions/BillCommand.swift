import CardCryptography
public import ISO4217
public import ISO7816

/// What a seller's terminal and a client's device say to each other over close proximity: the device shows which bill is
/// open, the terminal hands it an item.
///
///     00 A4 04 00  AID                   SELECT: 6F { 84 AID, A5 { DF31 version, DF32 bill, DF33 currency } }
///     90 DA DF 34  part of the item      PUT DATA, more to come
///     80 DA DF 34  the last part         PUT DATA: DF35 { SHA-256 of the item (32) }
public enum BillCommand {
    /// The proprietary RID and `BILL`.
    public static let application: AID = "F053454E45534348414C42494C4C"
    public static let version: UInt8 = 0x01
    /// Bytes of a signed item that are taken, at most.
    public static let itemBytesMax = 4_096

    public static let versionTag: BERTag = 0xDF31
    public static let billTag: BERTag = 0xDF32
    public static let currencyTag: BERTag = 0xDF33
    public static let itemTag: BERTag = 0xDF34
    public static let receiptTag: BERTag = 0xDF35

    public static let select = CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application.bytes, expectedLength: 256)

    /// PUT DATA with a signed item, in as many commands as it needs. ISO/IEC 7816-4 §11.5.3, §5.3.3.
    public static func putItem(_ item: String) -> [CommandAPDU] {
        CommandChaining.split(CommandAPDU(0x80, 0xDA, 0xDF, 0x34, data: Array(item.utf8), expectedLength: 256))
    }

    /// What a device answers to SELECT.
    public static func selection(_ bill: OpenBill) -> [UInt8] {
        BERTLV(
            0x6F,
            [
                BERTLV(0x84, application.bytes),
                BERTLV(
                    0xA5,
                    [
                        BERTLV(versionTag, [version]), BERTLV(billTag, Array(bill.bill.utf8)),
                        BERTLV(currencyTag, Array(bill.currency.code.utf8)),
                    ]),
            ]
        ).bytes
    }

    /// What a device answers to the last part of an item: it has these bytes.
    public static func receipt(of item: [UInt8]) -> [UInt8] { BERTLV(receiptTag, Digest.hash(item)).bytes }
}

/// A bill that a device shows to terminals.
public struct OpenBill: Hashable, Sendable, Codable {
    /// The bill's name at the payment server: 1 to 64 visible ASCII characters.
    public let bill: String
    public let currency: Currency

    /// - Returns: `nil` for a name that cannot be.
    public init?(bill: String, currency: Currency) {
        guard (1...64).contains(bill.utf8.count), bill.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.bill = bill
        self.currency = currency
    }

    /// Reads a device's answer to SELECT.
    ///
    /// - Returns: `nil` for another version, or an answer that is none.
    public init?(selection bytes: [UInt8]) {
        guard let template = try? BERTLV(bytes: bytes), template.tag == 0x6F,
            let content = (try? template.children())?[0xA5 as BERTag],
            let objects = try? BERTLV.sequence(content), objects[BillCommand.versionTag] == [BillCommand.version],
            let bill = objects[BillCommand.billTag], let code = objects[BillCommand.currencyTag],
            let currency = Currency(String(decoding: code, as: UTF8.self))
        else { return nil }
        self.init(bill: String(decoding: bill, as: UTF8.self), currency: currency)
    }
}
