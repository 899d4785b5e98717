public import CardCryptography
public import SecureChannel

/// The three keys of a security domain, or the three master keys they follow from. Which algorithm they serve is the
/// Secure Channel Protocol's to say: 16 bytes may be AES or Triple DES.
public struct CardKeyMaterial: Hashable, Sendable {
    public var enc: SecretBytes
    public var mac: SecretBytes
    public var dek: SecretBytes
    /// How the card's keys follow from these; ``SecureChannel/KeyDiversification/none`` when they are the card's own.
    public var diversification: KeyDiversification

    /// - Throws: ``CardKeyMaterialError`` when a length is neither 16, 24 nor 32 bytes or the lengths differ.
    public init(
        enc: SecretBytes, mac: SecretBytes, dek: SecretBytes, diversification: KeyDiversification = .none
    ) throws(CardKeyMaterialError) {
        for key in [enc, mac, dek] where !Self.lengths.contains(key.count) { throw .length(found: key.count) }
        guard enc.count == mac.count, mac.count == dek.count else { throw .lengthsDiffer }
        self.enc = enc
        self.mac = mac
        self.dek = dek
        self.diversification = diversification
    }

    /// One key three times over, as development cards are delivered and as most master keys are kept.
    ///
    /// - Throws: ``CardKeyMaterialError``.
    public init(
        repeating key: SecretBytes, diversification: KeyDiversification = .none
    ) throws(CardKeyMaterialError) {
        try self.init(enc: key, mac: key, dek: key, diversification: diversification)
    }

    /// A card's own SCP03 keys.
    public init(_ keys: SCP03KeySet) {
        enc = keys.enc.bytes
        mac = keys.mac.bytes
        dek = keys.dek.bytes
        diversification = .none
    }

    /// Bytes of a key: AES-128 and two-key Triple DES, AES-192 and three-key Triple DES, AES-256.
    static let lengths = [16, 24, 32]

    /// A card's own SCP02 keys.
    public init(_ keys: SCP02KeySet) {
        enc = keys.enc.bytes
        mac = keys.mac.bytes
        dek = keys.dek.bytes
        diversification = .none
    }

    /// The key set of the card that reports `diversificationData`, for SCP03.
    ///
    /// - Throws: ``SecureChannel/SCP03KeySetError``.
    public func scp03Keys(diversificationData: [UInt8]) throws(SCP03KeySetError) -> SCP03KeySet {
        if diversification == .none { return try SCP03KeySet(enc: enc, mac: mac, dek: dek) }
        func derived(_ master: SecretBytes) throws(SCP03KeySetError) -> SCP03KeySet {
            try diversification.keySet(master: master, diversificationData: diversificationData)
        }
        // Each master key gives the key of its own place.
        return try SCP03KeySet(enc: derived(enc).enc, mac: derived(mac).mac, dek: derived(dek).dek)
    }

    /// The key set of the card that reports `diversificationData`, for SCP02.
    ///
    /// - Throws: ``SecureChannel/SCP02KeySetError``.
    public func scp02Keys(diversificationData: [UInt8]) throws(SCP02KeySetError) -> SCP02KeySet {
        if diversification == .none { return try SCP02KeySet(enc: enc, mac: mac, dek: dek) }
        func derived(_ master: SecretBytes) throws(SCP02KeySetError) -> SCP02KeySet {
            try diversification.tripleDESKeySet(master: master, diversificationData: diversificationData)
        }
        return try SCP02KeySet(
            enc: derived(enc).enc.bytes, mac: derived(mac).mac.bytes, dek: derived(dek).dek.bytes)
    }

    /// The key set of a card, for the protocol that it speaks.
    ///
    /// A card with one base key in SCP02 has that at the place of Key-ENC. GPC v2.3.1 Table E-1, b1.
    func keySet(
        for report: SecureChannelReport, _ scp02: SCP02Implementation
    ) throws(SecureChannelError) -> SecureChannelKeySet {
        switch report {
        case .scp02(let card):
            do {
                let keys = try scp02Keys(diversificationData: card.keyDiversificationData)
                return .scp02(scp02.hasThreeKeys ? keys : try SCP02KeySet(repeating: keys.enc.bytes))
            } catch { throw .scp02KeySet(error) }
        case .scp03(let card):
            do { return .scp03(try scp03Keys(diversificationData: card.keyDiversificationData)) } catch {
                throw .keySet(error)
            }
        }
    }

    /// The same keys, taken for `diversification`.
    public func with(_ diversification: KeyDiversification) -> CardKeyMaterial {
        var material = self
        material.diversification = diversification
        return material
    }
}

/// Why three secrets are not the keys of a security domain.
public enum CardKeyMaterialError: Error, Equatable, Sendable, CustomStringConvertible {
    case length(found: Int)
    case lengthsDiffer

    public var description: String {
        switch self {
        case .length(let found): "a key has 16, 24 or 32 bytes, found \(found)"
        case .lengthsDiffer: "the three keys of a key set have one size"
        }
    }
}

extension CardKeyMaterial: CustomStringConvertible {
    public var description: String {
        diversification == .none
            ? "keys of \(enc.count) bytes" : "master keys of \(enc.count) bytes, \(diversification)"
    }
}
