public import CardCryptography

/// The one key that a card shares with the server: the first verification proves that the card has it, the second opens
/// the card's data with it.
///
/// Two keys follow from it, one for each purpose, so that no answer of the card is ever a step towards its data.
public struct SmartCardKey: Hashable, Sendable {
    public static let length = 32

    public let bytes: SecretBytes
    private let responseKey: AESKey
    private let dataKey: SecretBytes

    /// - Throws: ``SmartCardError/cardKey(count:)``.
    public init(_ bytes: SecretBytes) throws(SmartCardError) {
        guard bytes.count == Self.length, let key = try? AESKey(bytes) else { throw .cardKey(count: bytes.count) }
        self.bytes = bytes
        dataKey = Self.derived(key, .data)
        guard let responseKey = try? AESKey(Self.derived(key, .response)) else {
            preconditionFailure("32 bytes are an AES key")
        }
        self.responseKey = responseKey
    }

    /// The key of a card: AN10922 over its identification and this system's name.
    ///
    /// - Parameter master: 32 bytes.
    /// - Throws: ``SmartCardError/cardKey(count:)``.
    public init(master: SecretBytes, card: SmartCardIdentification) throws(SmartCardError) {
        guard master.count == Self.length, let master = try? AESKey(master) else {
            throw .cardKey(count: master.count)
        }
        try self.init(CardKeyDiversification.key(from: master, input: card.bytes + Self.systemIdentifier).bytes)
    }

    /// Three bytes that tell whether two parties hold the same key. GPC v2.3.1 §B.6.
    public var checkValue: [UInt8] { (try? AESKey(bytes))?.keyCheckValue ?? [] }

    private static let systemIdentifier = Array("SENESCHAL-SCV".utf8)

    private enum Purpose: String {
        case response = "SCV response"
        case data = "SCV card data"
    }

    /// Counter mode with CMAC (NIST SP 800-108 §4.1): i (1) | purpose | 00 | L in bits (2).
    private static func derived(_ key: AESKey, _ purpose: Purpose) -> SecretBytes {
        CounterModeKDF.derive(
            key: key, beforeCounter: [], afterCounter: Array(purpose.rawValue.utf8) + [0x00, 0x01, 0x00], count: length)
    }
}

// MARK: - First verification

extension SmartCardKey {
    /// What a card with this key answers to a challenge. AES-CMAC, the whole tag.
    public func response(of card: SmartCardIdentification, to challenge: SmartCardChallenge) -> SmartCardResponse {
        var mac = AESCMAC(key: responseKey)
        let tag = mac.tag(of: challenge.message(for: card))
        return SmartCardResponse(tag: withUnsafeBytes(of: tag) { Array($0) })
    }
}

// MARK: - Second verification

extension SmartCardKey {
    /// The card's data file: `data` enciphered and bound to the card.
    ///
    /// - Throws: ``SmartCardError/cardData(count:)``.
    public func encrypt(
        _ data: SecretBytes, for card: SmartCardIdentification, random: any RandomSource = SystemRandomSource()
    ) throws(SmartCardError) -> EncryptedCardData {
        guard (1...EncryptedCardData.dataLengthMax).contains(data.count) else { throw .cardData(count: data.count) }
        do {
            return EncryptedCardData(
                try AESGCM.seal(
                    data, key: dataKey, nonce: random.bytes(AESGCM.nonceLength),
                    additionalData: EncryptedCardData.header(card)))
        } catch {
            preconditionFailure("key and nonce have their lengths: \(error)")
        }
    }

    /// The data in clear; `nil` for a file that this key did not make for this card, or that was altered.
    public func decrypt(_ file: EncryptedCardData, of card: SmartCardIdentification) -> SecretBytes? {
        try? AESGCM.open(file.sealed, key: dataKey, additionalData: EncryptedCardData.header(card))
    }
}
