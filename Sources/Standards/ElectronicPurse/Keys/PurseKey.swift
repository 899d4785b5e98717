public import CardCryptography

/// A key of the purse, of 16 bytes: of an issuer for all its cards, or of one card.
public struct PurseKey: Hashable, Sendable {
    let key: TripleDESKey

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: SecretBytes) throws(CryptographyError) {
        guard bytes.count == 16 else { throw .keyLength(found: bytes.count, allowed: [16]) }
        key = try TripleDESKey(bytes)
    }

    public var bytes: SecretBytes { key.bytes }

    /// The key one level below: `3DES(key, factor) ‖ 3DES(key, ¬factor)`, for a city first where there are two levels, then
    /// for the card.
    public func derived(for factor: PurseSerial) -> PurseKey {
        let cipher = TripleDES(key: key)
        do {
            let left = try cipher.encryptECB(factor.bytes)
            let right = try cipher.encryptECB(factor.bytes.map { ~$0 })
            return try PurseKey(SecretBytes(left + right))
        } catch {
            preconditionFailure("eight bytes are a block, two blocks a key: \(error)")
        }
    }

    public var keyCheckValue: [UInt8] { key.keyCheckValue }

    /// A session key of one block: the block enciphered.
    func session(over block: [UInt8]) -> PurseSessionKey {
        do {
            return PurseSessionKey(SecretBytes(try TripleDES(key: key).encryptECB(block)))
        } catch {
            preconditionFailure("eight bytes are a block: \(error)")
        }
    }

    /// What transaction authentication codes are made with: the left half XOR the right one.
    public var transactionAuthentication: PurseSessionKey {
        let half = bytes.withUnsafeBytes { bytes in
            SecretBytes(count: 8) { target in
                for index in 0..<8 { target[index] = bytes[index] ^ bytes[index + 8] }
            }
        }
        return PurseSessionKey(half)
    }
}

extension PurseKey: CustomStringConvertible {
    public var description: String { "purse key \(bytes)" }
}

/// A single-DES key of eight bytes: of one session, or for transaction authentication codes.
public struct PurseSessionKey: Hashable, Sendable {
    public let bytes: SecretBytes
    private let cipher: TripleDES

    /// - Parameter bytes: eight.
    public init(_ bytes: SecretBytes) {
        precondition(bytes.count == 8, "a single-DES key has eight bytes")
        self.bytes = bytes
        do {
            // With both halves alike Triple DES is DES.
            cipher = TripleDES(key: try TripleDESKey(bytes + bytes))
        } catch {
            preconditionFailure("twice eight bytes are a key: \(error)")
        }
    }

    /// CBC with an initial value of zeros over the message with `80` padding; the left half of the last block.
    public func mac(_ message: [UInt8]) -> PurseMAC { PurseMAC(block: cipher.retailMAC(message)) }

    public static func == (left: PurseSessionKey, right: PurseSessionKey) -> Bool { left.bytes == right.bytes }

    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension PurseSessionKey: CustomStringConvertible {
    public var description: String { "session key \(bytes)" }
}
