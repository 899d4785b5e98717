import ISO7816

extension DelegationRecord {
    private enum Tag {
        static let tokenNumber: BERTag = 0x90
        static let fingerprint: BERTag = 0x91
        static let confirmationCounter: BERTag = 0x92
    }

    /// Nothing for a security domain that never had to do with delegated operations.
    var state: [BERTLV] {
        var objects: [BERTLV] = []
        if tokenNumber > 0 {
            objects.append(
                BERTLV(Tag.tokenNumber, (0..<8).map { UInt8(truncatingIfNeeded: tokenNumber >> (56 - 8 * $0)) }))
        }
        objects += fingerprints.map { BERTLV(Tag.fingerprint, $0) }
        if confirmationCounter > 0 {
            let counter = [UInt8(confirmationCounter >> 8), UInt8(confirmationCounter & 0xFF)]
            objects.append(BERTLV(Tag.confirmationCounter, counter))
        }
        return objects
    }

    init(_ reader: inout StateReader) throws(CardStateError) {
        if let value = try reader.valueIfPresent(Tag.tokenNumber) {
            guard value.count == 8 else { throw .malformed("a token number") }
            tokenNumber = value.reduce(0) { $0 << 8 | UInt64($1) }
        }
        while let value = try reader.valueIfPresent(Tag.fingerprint) {
            guard value.count == Self.fingerprintLength else { throw .malformed("a fingerprint of a token") }
            fingerprints.append(value)
        }
        if let value = try reader.valueIfPresent(Tag.confirmationCounter) {
            guard value.count == 2 else { throw .malformed("a confirmation counter") }
            confirmationCounter = UInt16(value[0]) << 8 | UInt16(value[1])
        }
        guard fingerprints.count <= Self.fingerprintsMax else {
            throw .impossible("more tokens are remembered than there is room for")
        }
    }
}
