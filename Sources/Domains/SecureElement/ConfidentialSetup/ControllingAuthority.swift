import CardCryptography
import GlobalPlatform
import ISO7816

/// What makes a security domain the controlling authority's: keys made on the card, which never leave it, and what the
/// authority has certified of them. Given at manufacture, never changed.
struct ControllingAuthority: Equatable, Sendable {
    /// PK.CA.AUT on P-256: verifies the certificates of hosts.
    var authorityKey: ECPublicKey
    /// Tag 42 of the certificates that it verifies.
    var authorityIdentifier: [UInt8]
    /// SK.CASD.ECKA on P-256: agrees on keys, scenario #3.
    var agreementKey: ECPrivateKey
    /// CERT.CASD.ECKA.
    var agreementCertificate: [UInt8]
    /// SK.CASD.CT: deciphers keys, scenario #2B.
    var deciphermentKey: RSAPrivateKey?

    /// Ours: key version and identifiers of the controlling authority, of which `74`, `01` and `03` are those of UICC
    /// Configuration 1.0.1, and `04` is for the key that it does not know.
    static let keyVersion: KeyVersionNumber = 0x74
    static let authorityKeyIdentifier: KeyIdentifier = 0x01
    static let deciphermentKeyIdentifier: KeyIdentifier = 0x03
    static let agreementKeyIdentifier: KeyIdentifier = 0x04

    /// Bytes of persistent memory.
    var size: Int {
        authorityKey.uncompressedPoint.count + authorityIdentifier.count + agreementKey.scalar.count
            + agreementCertificate.count + (deciphermentKey?.der.count ?? 0)
    }

    /// How GET DATA E0 lists its keys.
    var keyInformation: [KeyInformation] {
        func key(_ identifier: KeyIdentifier, _ type: KeyType, _ length: Int) -> KeyInformation {
            KeyInformation(
                identifier: identifier, version: Self.keyVersion,
                components: [.init(type: type, length: length)])
        }
        var keys = [key(Self.authorityKeyIdentifier, .eccPublicKey, authorityKey.uncompressedPoint.count)]
        if let deciphermentKey {
            keys.append(key(Self.deciphermentKeyIdentifier, .rsaModulus, deciphermentKey.publicKey.blockLength))
        }
        return keys + [key(Self.agreementKeyIdentifier, .eccPrivateKey, agreementKey.scalar.count)]
    }
}

/// A host whose certificate a security domain has verified, and the challenge it has not answered yet.
///
/// It is kept when the power goes: certificate and keys may come in two trips to the card, days apart.
struct PendingSetup: Equatable, Sendable {
    /// PK.AP.ECDSA on P-256.
    var hostKey: ECPublicKey
    /// 16 bytes.
    var challenge: [UInt8]

    static let challengeLength = 16
}

// MARK: - State

extension ControllingAuthority {
    private enum Tag {
        static let authorityKey: BERTag = 0x80
        static let authorityIdentifier: BERTag = 0x81
        static let agreementKey: BERTag = 0x82
        static let agreementCertificate: BERTag = 0x83
        static let deciphermentKey: BERTag = 0x84
    }

    var state: [UInt8] {
        var objects = [
            BERTLV(Tag.authorityKey, authorityKey.uncompressedPoint),
            BERTLV(Tag.authorityIdentifier, authorityIdentifier),
            BERTLV(Tag.agreementKey, agreementKey.scalar.revealed()),
            BERTLV(Tag.agreementCertificate, agreementCertificate),
        ]
        if let deciphermentKey { objects.append(BERTLV(Tag.deciphermentKey, deciphermentKey.der.revealed())) }
        return objects.bytes
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        let point = try reader.value(Tag.authorityKey)
        authorityIdentifier = try reader.value(Tag.authorityIdentifier)
        let scalar = try reader.value(Tag.agreementKey)
        agreementCertificate = try reader.value(Tag.agreementCertificate)
        let decipherment = try reader.valueIfPresent(Tag.deciphermentKey)
        try reader.finish()
        do throws(CryptographyError) {
            authorityKey = try ECPublicKey(curve: .p256, uncompressedPoint: point)
            agreementKey = try ECPrivateKey(curve: .p256, scalar: SecretBytes(scalar))
            deciphermentKey = nil
            if let decipherment { deciphermentKey = try RSAPrivateKey(der: SecretBytes(decipherment)) }
        } catch {
            throw .malformed("a key of the controlling authority: \(error)")
        }
    }
}

extension PendingSetup {
    private enum Tag {
        static let hostKey: BERTag = 0x80
        static let challenge: BERTag = 0x81
    }

    var state: [UInt8] { [BERTLV(Tag.hostKey, hostKey.uncompressedPoint), BERTLV(Tag.challenge, challenge)].bytes }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        let point = try reader.value(Tag.hostKey)
        challenge = try reader.value(Tag.challenge)
        try reader.finish()
        guard challenge.count == Self.challengeLength else { throw .malformed("a challenge") }
        do { hostKey = try ECPublicKey(curve: .p256, uncompressedPoint: point) } catch {
            throw .malformed("a host's key: \(error)")
        }
    }
}
