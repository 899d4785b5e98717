import ISO7816

/// What a card answers in a confidential setup: a challenge to the certificate, a receipt to the keys.
///
///     85 random challenge                    (GSMA SGP.02 v4.2 Table 79)
///     [85 derivation random] 86 receipt      (GPC Amendment E Table 4-21)
public enum KeyEstablishmentAnswer: Hashable, Sendable {
    case challenge([UInt8])
    case receipt([UInt8], derivationRandom: [UInt8]?)

    static let randomTag: BERTag = 0x85
    static let receiptTag: BERTag = 0x86
    /// SGP.02 Table 79.
    public static let challengeLengths: Set<Int> = [16, 32]
    /// A block of AES.
    public static let receiptLength = 16

    public var bytes: [UInt8] {
        switch self {
        case .challenge(let random):
            return BERTLV(Self.randomTag, random).bytes
        case .receipt(let receipt, let random):
            return (random.map { BERTLV(Self.randomTag, $0).bytes } ?? []) + BERTLV(Self.receiptTag, receipt).bytes
        }
    }

    /// Reads the data field of an answer.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        switch objects.map(\.tag) {
        case [Self.randomTag]:
            guard Self.challengeLengths.contains(objects[0].value.count) else {
                throw .invalid(field: "random challenge", value: objects[0].value)
            }
            self = .challenge(objects[0].value)
        case [Self.receiptTag], [Self.randomTag, Self.receiptTag]:
            let receipt = objects[objects.count - 1].value
            guard receipt.count == Self.receiptLength else { throw .invalid(field: "receipt", value: receipt) }
            self = .receipt(receipt, derivationRandom: objects.count == 2 ? objects[0].value : nil)
        default:
            throw .tlv(.missing(Self.receiptTag))
        }
    }
}
