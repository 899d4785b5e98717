public import ISO7816

/// What a terminal sends a smart card for verification, and how the answers are read.
///
///     00 A4 04 00  AID                      SELECT
///     80 CA DF 21                           GET DATA: card identification (8)
///     80 CA DF 22                           GET DATA: the encrypted data file
///     00 88 00 00  nonce, hash, terminal    INTERNAL AUTHENTICATE: response (16)
public enum SmartCardCommand {
    /// Under which terminals find the application; ours, not registered with anybody.
    public static let application: AID = "F053454E45534348414C53430001"

    public static let identificationTag: BERTag = 0xDF21
    public static let dataFileTag: BERTag = 0xDF22

    public static func select(_ application: AID) -> CommandAPDU {
        CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application.bytes, expectedLength: 256)
    }

    public static let getIdentification = getData(identificationTag)
    public static let getDataFile = getData(dataFileTag)

    /// ISO/IEC 7816-4 §11.5.2.
    public static func internalAuthenticate(_ challenge: SmartCardChallenge) -> CommandAPDU {
        CommandAPDU(0x00, 0x88, 0x00, 0x00, data: challenge.bytes, expectedLength: 256)
    }

    /// - Throws: ``SmartCardError``.
    public static func identification(in answer: [UInt8]) throws(SmartCardError) -> SmartCardIdentification {
        try SmartCardIdentification(value(identificationTag, in: answer))
    }

    /// - Throws: ``SmartCardError``.
    public static func dataFile(in answer: [UInt8]) throws(SmartCardError) -> EncryptedCardData {
        try EncryptedCardData(bytes: value(dataFileTag, in: answer))
    }

    private static func getData(_ tag: BERTag) -> CommandAPDU {
        CommandAPDU(0x80, 0xCA, UInt8(tag.rawValue >> 8), UInt8(tag.rawValue & 0xFF), expectedLength: 256)
    }

    private static func value(_ tag: BERTag, in answer: [UInt8]) throws(SmartCardError) -> [UInt8] {
        guard let object = try? BERTLV(bytes: answer), object.tag == tag else { throw .dataObject(tag) }
        return object.value
    }
}
