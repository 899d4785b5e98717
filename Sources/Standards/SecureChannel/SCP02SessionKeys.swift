import CardCryptography
public import ISO7816

/// The session keys that both ends derive from the static keys and the sequence counter. GPC v2.3.1 §E.4.1.
///
/// The key schedules are made here, once a session.
struct SCP02SessionKeys: Sendable {
    let enc: TripleDES
    let mac: TripleDES
    let responseMAC: TripleDES
    let dek: TripleDES
    private let material: [SecretBytes]

    init(_ keySet: SCP02KeySet, counter: SCP02SequenceCounter) {
        let keyMAC = TripleDES(key: keySet.mac)
        self.init(
            enc: Self.derive(TripleDES(key: keySet.enc), .enc, counter),
            mac: Self.derive(keyMAC, .mac, counter), responseMAC: Self.derive(keyMAC, .responseMAC, counter),
            dek: Self.derive(TripleDES(key: keySet.dek), .dek, counter))
    }

    init(enc: TripleDESKey, mac: TripleDESKey, responseMAC: TripleDESKey, dek: TripleDESKey) {
        self.enc = TripleDES(key: enc)
        self.mac = TripleDES(key: mac)
        self.responseMAC = TripleDES(key: responseMAC)
        self.dek = TripleDES(key: dek)
        material = [enc.bytes, mac.bytes, responseMAC.bytes, dek.bytes]
    }

    /// What the session keys are made for, in the first two bytes of the derivation data. Table E-3.
    enum Purpose: UInt16 {
        case mac = 0x0101
        case responseMAC = 0x0102
        case dek = 0x0181
        case enc = 0x0182
    }

    /// Triple DES in CBC mode over purpose (2) | counter (2) | zeros (12).
    static func derive(_ key: TripleDES, _ purpose: Purpose, _ counter: SCP02SequenceCounter) -> TripleDESKey {
        let data =
            [UInt8(purpose.rawValue >> 8), UInt8(purpose.rawValue & 0xFF)] + counter.bytes
            + [UInt8](repeating: 0, count: 12)
        do { return try TripleDESKey(key.encryptCBC(data)) } catch {
            preconditionFailure("16 bytes are two blocks: \(error)")
        }
    }

    /// The six bytes of a pseudo-random card challenge: the MAC over the AID, cut. §E.4.2.3.
    func cardChallenge(invoker: AID) -> [UInt8] { Array(mac.retailMAC(invoker.bytes).prefix(6)) }
}

extension SCP02SessionKeys: Equatable {
    static func == (left: SCP02SessionKeys, right: SCP02SessionKeys) -> Bool { left.material == right.material }
}

/// What each end shows to prove that it holds the keys: full Triple-DES MACs under the session ENC. §E.4.2.
struct SCP02Cryptograms: Equatable, Sendable {
    let card: SecretBytes
    let host: SecretBytes

    init(
        _ keys: SCP02SessionKeys, hostChallenge: [UInt8], counter: SCP02SequenceCounter, cardChallenge: [UInt8]
    ) {
        card = SecretBytes(keys.enc.fullMAC(hostChallenge + counter.bytes + cardChallenge))
        host = SecretBytes(keys.enc.fullMAC(counter.bytes + cardChallenge + hostChallenge))
    }
}

extension SCP02KeySet {
    /// The card challenge that follows from the sequence counter and the AID of the application that invokes the
    /// secure channel, with an implementation that announces it. GPC v2.3.1 §E.4.2.3.
    public func cardChallenge(_ counter: SCP02SequenceCounter, invoker: AID) -> [UInt8] {
        SCP02SessionKeys(self, counter: counter).cardChallenge(invoker: invoker)
    }
}
