import CardCryptography

/// How a certificate holds a public key: as much of the modulus as there is room for, the rest beside it.
/// EMV Book 2, Tables 6, 7, 13 and 14.
///
///     hash algorithm 01 | key algorithm 01 | modulus length (1) | exponent length (1) | modulus, left part or filled with BB
struct CertifiedKeyField {
    /// Bytes before the modulus.
    static let headLength = 4

    /// The part of a certificate's body that holds `key`, which fills `room` bytes after its head.
    static func bytes(of key: RSAPublicKey, room: Int) -> [UInt8] {
        [SignedBlock.sha1, SignedBlock.rsa, UInt8(key.modulus.count), UInt8(key.exponent.count)]
            + key.modulus.prefix(room)
            + [UInt8](repeating: SignedBlock.filler, count: max(room - key.modulus.count, 0))
    }

    /// The rightmost part of the modulus, for which there is no room.
    static func remainder(of key: RSAPublicKey, room: Int) -> [UInt8] { Array(key.modulus.dropFirst(room)) }

    /// The key from its part of the body.
    static func key(
        _ field: [UInt8], remainder: [UInt8], exponent: [UInt8], of object: SignedObject, signer: RSAPublicKey
    ) throws(OfflineAuthenticationError) -> RSAPublicKey {
        guard field[1] == SignedBlock.rsa else { throw .keyAlgorithm(object, field[1]) }
        let (length, room) = (Int(field[2]), field.count - headLength)
        guard length <= signer.blockLength else { throw .keyLength(object, length) }
        guard Int(field[3]) == exponent.count, exponent == [3] || exponent == [1, 0, 1] else {
            throw .keyExponent(object)
        }
        let expectedRemainder = max(length - room, 0)
        guard remainder.count == expectedRemainder else {
            throw .keyRemainder(object, found: remainder.count, expected: expectedRemainder)
        }
        let left = field[headLength...].prefix(length)
        guard field.dropFirst(headLength + length).allSatisfy({ $0 == SignedBlock.filler }) else {
            throw .padding(object)
        }
        guard let key = try? RSAPublicKey(modulus: left + remainder, exponent: exponent), key.blockLength == length
        else { throw .keyLength(object, length) }
        return key
    }
}

extension CardExpiry {
    /// MMYY in BCD, as certificates write it.
    var certificateBytes: [UInt8] {
        let packed = packed
        return [packed[1], packed[0]]
    }

    /// Reads MMYY in BCD.
    init?(certificateBytes bytes: [UInt8]) {
        guard bytes.count == 2, let digits = BinaryCodedDecimal.digits(bytes) else { return nil }
        self.init(printed: digits)
    }
}
