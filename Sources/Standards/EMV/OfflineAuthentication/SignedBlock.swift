import CardCryptography

/// A signature that its message is recovered from: `6A | body | SHA-1 (20) | BC`, raised to the private exponent.
/// EMV Book 2, Annex A2.1 (ISO/IEC 9796-2 scheme 1).
///
/// The hash goes over the body and over data that is not recovered.
struct SignedBlock {
    /// Format, data and padding.
    let body: [UInt8]
    private let object: SignedObject
    private let hash: [UInt8]

    static let header: UInt8 = 0x6A
    static let trailer: UInt8 = 0xBC
    static let filler: UInt8 = 0xBB
    static let sha1: UInt8 = 0x01
    static let rsa: UInt8 = 0x01
    private static let hashLength = 20
    /// Bytes of the block that are not body.
    static let overhead = 1 + hashLength + 1

    /// A signature over `body`, which fills the block of the key, and over `rest`.
    static func sign(_ body: [UInt8], _ rest: [UInt8], with key: RSAPrivateKey) -> [UInt8] {
        precondition(body.count + overhead == key.publicKey.blockLength, "the body fills the block")
        let block = [header] + body + Digest.hash(body + rest, .sha1) + [trailer]
        guard let signature = key.transform(block) else {
            preconditionFailure("a block that begins with 6A is below a modulus whose first bit is set")
        }
        return signature
    }

    /// Recovers what `signature` holds.
    init(
        _ signature: [UInt8], _ object: SignedObject, format: UInt8, key: RSAPublicKey
    ) throws(OfflineAuthenticationError) {
        guard signature.count == key.blockLength else {
            throw .length(object, found: signature.count, expected: key.blockLength)
        }
        guard let block = key.transform(signature), block[0] == Self.header else { throw .header(object) }
        guard block[block.count - 1] == Self.trailer else { throw .trailer(object) }
        guard block[1] == format else { throw .format(object, block[1]) }
        self.object = object
        body = Array(block[1..<block.count - Self.hashLength - 1])
        hash = Array(block[(block.count - Self.hashLength - 1)..<(block.count - 1)])
    }

    /// - Throws: ``OfflineAuthenticationError/hash(_:)`` when the hash is not over the body and `rest`.
    func verify(_ rest: [UInt8]) throws(OfflineAuthenticationError) {
        guard constantTimeEqual(hash, Digest.hash(body + rest, .sha1)) else { throw .hash(object) }
    }
}
