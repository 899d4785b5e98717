import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

/// The first byte chooses what the others are: lists, tracks, records, personalization data or codes. What is taken is
/// written as it was, or at least read again as the same.
func fuzzPaymentData(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    guard let form = bytes.first.flatMap({ PaymentDataForm(rawValue: $0 % UInt8(PaymentDataForm.allCases.count)) })
    else { return 0 }
    let data = Array(bytes.dropFirst())
    return try form.isTaken(data) ? 1 : 0
}

/// What payment data comes from outside.
enum PaymentDataForm: UInt8, CaseIterable {
    case objectList, fileLocator, track2, issuerData, cardRecord, cardDeletion, universalData, personalization
    case consumerCode, merchantCode, signature

    /// Whether the bytes are of this form.
    func isTaken(_ data: [UInt8]) throws(FuzzViolation) -> Bool {
        switch self {
        case .objectList: try isWrittenAsRead(data, try? DataObjectList(bytes: data).bytes)
        case .fileLocator: try isWrittenAsRead(data, try? ApplicationFileLocator(bytes: data).bytes)
        case .track2: try isWrittenAsRead(data, try? Track2EquivalentData(packed: data).packed)
        case .issuerData: try isWrittenAsRead(data, try? IssuerApplicationData(data).bytes)
        case .cardRecord: try isWrittenAsRead(data, try? UniversalCardRecord(bytes: data).bytes)
        case .cardDeletion: (try? UniversalCardDeletion.reference(in: data)) != nil
        case .universalData: try isReadAgain(universalData(data)) { universalData(Self.bytes($0.groupings)) }
        case .personalization: try isReadAgain(personalization(data)) { personalization(Self.bytes($0.groupings)) }
        case .consumerCode:
            try isReadAgain(try? ConsumerPresentedCode(bytes: data)) { try? ConsumerPresentedCode(bytes: $0.bytes) }
        case .merchantCode:
            try isReadAgain(Self.merchantCode(data)) { try? MerchantPresentedCode(text: $0.text) }
        case .signature: try isSignature(data)
        }
    }

    private func isWrittenAsRead(_ data: [UInt8], _ written: [UInt8]?) throws(FuzzViolation) -> Bool {
        guard let written else { return false }
        try require(written == data, "\(self) is written as it was read")
        return true
    }

    private func isReadAgain<Value: Equatable>(
        _ value: Value?, _ again: (Value) -> Value?
    ) throws(FuzzViolation) -> Bool {
        guard let value else { return false }
        try require(again(value) == value, "\(self) is read as it was written")
        return true
    }

    private func universalData(_ data: [UInt8]) -> UniversalPersonalization? {
        Self.groupings(data).flatMap { try? UniversalPersonalization($0) }
    }

    private func personalization(_ data: [UInt8]) -> PaymentPersonalization? {
        Self.groupings(data).flatMap { try? PaymentPersonalization($0.mapValues { SecretBytes($0) }) }
    }

    private static func groupings(_ data: [UInt8]) -> [UInt16: [UInt8]]? {
        guard let groupings = try? DataGrouping.sequence(data) else { return nil }
        return Dictionary(groupings.map { ($0.identifier, $0.data) }) { _, last in last }
    }

    private static func bytes(_ groupings: [PersonalizationGrouping]) -> [UInt8] {
        groupings.flatMap { DataGrouping($0.identifier, $0.data.revealed()).bytes }
    }

    /// Objects, to which the checksum is made: a fuzzer does not guess it.
    private static func merchantCode(_ data: [UInt8]) -> MerchantPresentedCode? {
        let start = String(decoding: data, as: UTF8.self) + "6304"
        let checksum = CRC16.checksum(start.utf8)
        return try? MerchantPresentedCode(text: start + [UInt8(checksum >> 8), UInt8(checksum & 0xFF)].hex)
    }

    /// The bytes are what the signature recovers to, as if the card itself were the stranger; the hash is made to them.
    private func isSignature(_ data: [UInt8]) throws(FuzzViolation) -> Bool {
        let key = Self.strangersKey
        let length = key.publicKey.blockLength - Digest.Algorithm.sha1.length - 1
        let start = Array((data + [UInt8](repeating: 0xBB, count: length)).prefix(length))
        let block = start + Digest.hash(Array(start.dropFirst()), .sha1) + [0xBC]
        guard let signature = key.transform(block) else { return false }
        try require(key.publicKey.transform(signature) == block, "the bare operations undo each other")
        let number = try? DynamicDataAuthentication.recover(signature, terminalData: [], with: key.publicKey)
        guard let number else { return false }
        let made = DynamicDataAuthentication.sign(dynamicNumber: number, terminalData: [], by: key)
        try require(made == signature, "one dynamic number has one signature")
        return true
    }

    private static let strangersKey = RSAPrivateKey.generate(bitCount: 1024, publicExponent: 3)
}
