import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

@testable import SecureElement

/// The instance key of all universal cards in tests.
let universalKey: TripleDESKey = {
    do {
        return try TripleDESKey(bytes("404142434445464748494A4B4C4D4E4F"))
    } catch {
        preconditionFailure("16 bytes are a key: \(error)")
    }
}()

func universalSet(
    _ type: UniversalPersonalization.CardType = .debit, priority: UInt8 = 1, key: TripleDESKey = universalKey
) throws -> UniversalPersonalization {
    try .onlineOnly(
        type, universalIdentifier: [UInt8](repeating: 0xA0 + type.rawValue, count: 16), label: "Universal",
        priority: priority, instanceKey: key, issuerCountryCode: 250)
}

/// A card record with reference `number` in its last byte and a token of its own for each function.
func universalRecord(
    _ number: UInt8, functions: [UniversalCardRecord.Function] = [.nfc, .qr, .online], share: [UInt8]? = nil,
    becomesChosen: Bool = true, label: String = "My card"
) throws -> UniversalCardRecord {
    guard let reference = UniversalCardReference([0, 0, 0, 0, 0, 0, 0, number]),
        let expiry = CardExpiry(year: 30, month: 12)
    else { preconditionFailure("eight bytes are a reference") }
    let tokens = try functions.map { function in
        UniversalCardRecord.Token(
            function: function,
            number: try PrimaryAccountNumber(completing: "6299000\(function.rawValue)0000\(100 + Int(number))"),
            expiry: expiry, sequenceNumber: 1)
    }
    return try UniversalCardRecord(
        reference: reference, tokens: tokens, label: label, lastFour: "4242",
        paymentAccountReference: "SENE" + String(repeating: "0", count: 24) + "1",
        keyShare: share.map { SecretBytes($0) }, becomesChosen: becomesChosen)
}

extension PersonalizationGrouping {
    var dataGrouping: DataGrouping { DataGrouping(identifier, data.revealed()) }
}

extension UniversalPersonalization {
    var dataGroupings: [DataGrouping] { groupings.map(\.dataGrouping) }
}

extension UniversalCardInstance {
    /// An instance with its data set and records.
    static func personalized(
        _ records: [UniversalCardRecord] = [], type: UniversalPersonalization.CardType = .debit
    ) throws -> UniversalCardInstance {
        var instance = UniversalCardInstance()
        try instance.personalize(with: universalSet(type).dataGroupings)
        if !records.isEmpty { try instance.personalize(with: records.map(\.grouping.dataGrouping)) }
        return instance
    }
}

/// What a terminal or the device gives for a payment of 10.00.
struct TestPurchase {
    /// qVSDC, online PIN and signature; no verification required.
    var qualifiers = bytes("26000000")
    var amount = bytes("000000001000")
    var unpredictableNumber = bytes("01020304")

    private var middle: [UInt8] {
        amount + bytes("000000000000 0250 0000000000 0978 261127 00") + unpredictableNumber
    }

    /// GET PROCESSING OPTIONS for the quick style's PDOL.
    var processingOptions: CommandAPDU {
        CommandAPDU(
            0x80, 0xA8, 0, 0, data: BERTLV(.commandTemplate, qualifiers + middle).bytes, expectedLength: 256)
    }

    /// GENERATE CRYPTOGRAM of a universal card.
    func generateCryptogram(_ record: UniversalCardRecord, _ function: UInt8) -> CommandAPDU {
        CommandAPDU(
            0x80, 0xAE, 0x80, 0x00, data: record.reference.bytes + [function] + middle, expectedLength: 256)
    }

    /// The cryptogram that an issuer computes for an answer, with the interchange profile that it knows.
    func expectedCryptogram(_ answer: AnsweredObjects, _ profile: [UInt8], cardKey: TripleDESKey) throws -> [UInt8] {
        var objects: [BERTag: [UInt8]] = [.applicationInterchangeProfile: profile]
        var rest = middle[...]
        for (tag, length) in CryptogramInput.objects.prefix(8) {
            objects[tag] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        objects[.applicationTransactionCounter] = answer[.applicationTransactionCounter]
        objects[.issuerApplicationData] = answer[.issuerApplicationData]
        return ApplicationCryptogram.compute(try CryptogramInput(objects), cardKey: cardKey)
    }
}

/// The data objects of an answer, by tag.
struct AnsweredObjects {
    private let objects: [BERTLV]

    init(_ objects: [BERTLV]) { self.objects = objects }

    var tags: [BERTag] { objects.map(\.tag) }
    var isEmpty: Bool { objects.isEmpty }

    subscript(tag: BERTag) -> [UInt8]? { objects[tag] }
}

extension ResponseAPDU {
    /// The data objects in the answer's template; none for a refusal.
    var objects: AnsweredObjects { AnsweredObjects((try? BERTLV(bytes: data).children()) ?? []) }
}
