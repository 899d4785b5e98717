public import CardCryptography

/// The keys of one card from its issuer's master key. EMV Book 2, Annex A1.4.
///
/// The card's key is two enciphered blocks, `3DES(MK, Y) || 3DES(MK, Y ⊕ FF…FF)`, with odd parity; the options differ in
/// how Y comes from number and sequence number, which is 0 to 99, as the two digits of 5F34 say.
public enum CardKeys {
    /// Option A: Y is the rightmost 16 digits of number and sequence number, with zeros in front when they are fewer.
    public static func optionA(
        master: TripleDESKey, number: PrimaryAccountNumber, sequenceNumber: UInt8
    ) -> TripleDESKey {
        let digits = number.revealed() + sequenceDigits(sequenceNumber)
        return derive(master, from: block(digits: digits))
    }

    /// Option B: as option A up to 16 digits of number; with more, Y is the first 16 decimal digits of their SHA-1.
    public static func optionB(
        master: TripleDESKey, number: PrimaryAccountNumber, sequenceNumber: UInt8
    ) -> TripleDESKey {
        guard number.count > 16 else { return optionA(master: master, number: number, sequenceNumber: sequenceNumber) }
        let digits = number.revealed() + sequenceDigits(sequenceNumber)
        let even = digits.utf8.count % 2 == 0 ? digits : "0" + digits
        return derive(master, from: block(digits: decimalized(Digest.hash(packed(even), .sha1))))
    }

    /// The key for block Y, 8 bytes.
    package static func derive(_ master: TripleDESKey, from block: [UInt8]) -> TripleDESKey {
        precondition(block.count == TripleDES.blockLength, "Y is one block")
        return twoBlockKey(master, block, block.map { ~$0 }).withOddParity
    }

    /// 16 digits as 8 bytes: the rightmost ones, or zeros in front.
    package static func block(digits: String) -> [UInt8] {
        let rightmost = digits.suffix(16)
        return packed(String(repeating: "0", count: 16 - rightmost.count) + rightmost)
    }

    /// Decimal digits of the hash from the left; when they do not suffice, letters from the left as A = 0 to F = 5.
    private static func decimalized(_ hash: [UInt8]) -> String {
        let nibbles = hash.flatMap { [$0 >> 4, $0 & 0x0F] }
        let digits = nibbles.filter { $0 <= 9 } + nibbles.filter { $0 > 9 }.map { $0 - 10 }
        return String(decoding: digits.prefix(16).map { UInt8(ascii: "0") + $0 }, as: UTF8.self)
    }

    /// Two digits; 5F34 has no more.
    private static func sequenceDigits(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number % 100)" }

    private static func packed(_ digits: String) -> [UInt8] {
        PrimaryAccountNumber.packed(digits.utf8.map { $0 - UInt8(ascii: "0") })
    }
}

/// Two blocks enciphered with `key`, which are a key together.
func twoBlockKey(_ key: TripleDESKey, _ left: [UInt8], _ right: [UInt8]) -> TripleDESKey {
    do {
        return try TripleDESKey(TripleDES(key: key).encryptECB(left + right))
    } catch {
        preconditionFailure("two blocks are a key of 16 bytes: \(error)")
    }
}
