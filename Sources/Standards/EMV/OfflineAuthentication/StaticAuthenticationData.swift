public import CardCryptography
import ISO7816

/// The static data of a card that takes part in offline data authentication. EMV Book 3 §10.3.
///
/// The records that the file locator names, in its order: of files 1 to 10 what is inside template 70, of others the whole
/// record; then, when 9F4A says so, the interchange profile.
public struct StaticAuthenticationData: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter tagList: tag 9F4A, if the card has it: `82` and nothing else.
    /// - Parameter record: the record of a file as the card answers it.
    /// - Throws: ``OfflineAuthenticationError/record(file:number:)`` and ``OfflineAuthenticationError/tagList``.
    public init(
        _ locator: ApplicationFileLocator, profile: ApplicationInterchangeProfile, tagList: [UInt8]?,
        record: (_ file: UInt8, _ number: UInt8) -> [UInt8]?
    ) throws(OfflineAuthenticationError) {
        var bytes: [UInt8] = []
        for entry in locator.entries {
            for number in entry.records.prefix(Int(entry.signedCount)) {
                let file = entry.shortFileIdentifier
                guard let record = record(file, number), let template = try? BERTLV(bytes: record),
                    template.tag == .recordTemplate
                else { throw .record(file: file, number: number) }
                bytes += file <= 10 ? template.value : record
            }
        }
        switch tagList {
        case nil: break
        case [0x82]: bytes += profile.bytes
        default: throw .tagList
        }
        self.bytes = bytes
    }
}

/// The issuer's signature over a card's static data (tag 93). EMV Book 2 §5.4, Tables 2 and 7.
///
///     03 | 01 | data authentication code (2) | BB … | hash, also over the static data
public enum SignedStaticData {
    private static let format: UInt8 = 0x03
    private static let headLength = 1 + 1 + 2

    /// The value of tag 93.
    ///
    /// - Parameter code: the Data Authentication Code, two bytes.
    public static func sign(
        _ data: StaticAuthenticationData, dataAuthenticationCode code: [UInt8], by issuer: RSAPrivateKey
    ) -> [UInt8] {
        precondition(code.count == 2, "a data authentication code has two bytes")
        let fillers = issuer.publicKey.blockLength - SignedBlock.overhead - headLength
        let body = [format, SignedBlock.sha1] + code + [UInt8](repeating: SignedBlock.filler, count: fillers)
        return SignedBlock.sign(body, data.bytes, with: issuer)
    }

    /// The Data Authentication Code (tag 9F45), when the issuer signed these data.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public static func recover(
        _ signature: [UInt8], over data: StaticAuthenticationData, with issuer: RSAPublicKey
    ) throws(OfflineAuthenticationError) -> [UInt8] {
        let block = try SignedBlock(signature, .staticData, format: format, key: issuer)
        guard block.body[1] == SignedBlock.sha1 else { throw .hashAlgorithm(.staticData, block.body[1]) }
        try block.verify(data.bytes)
        guard block.body.dropFirst(headLength).allSatisfy({ $0 == SignedBlock.filler }) else {
            throw .padding(.staticData)
        }
        return Array(block.body[2..<4])
    }
}
