import CardCryptography

/// The session keys and cryptograms that both ends derive from the static keys and the two challenges.
/// GPC Amendment D v1.2 §6.2.1 and §6.2.2.
struct SCP03SessionKeys: Equatable, Sendable {
    let enc: AESKey
    let mac: AESKey
    let responseMAC: AESKey

    /// - Parameter context: host challenge | card challenge.
    init(_ keySet: SCP03KeySet, context: [UInt8]) {
        let length = keySet.size.rawValue
        var staticMAC = AESCMAC(key: keySet.mac)
        enc = Self.key(
            CounterModeKDF.deriveGlobalPlatform(
                key: keySet.enc, constant: DerivationConstant.enc, context: context, count: length))
        mac = Self.key(
            CounterModeKDF.deriveGlobalPlatform(
                &staticMAC, constant: DerivationConstant.mac, context: context, count: length))
        responseMAC = Self.key(
            CounterModeKDF.deriveGlobalPlatform(
                &staticMAC, constant: DerivationConstant.responseMAC, context: context, count: length))
    }

    init(enc: AESKey, mac: AESKey, responseMAC: AESKey) {
        self.enc = enc
        self.mac = mac
        self.responseMAC = responseMAC
    }

    private static func key(_ bytes: SecretBytes) -> AESKey {
        do { return try AESKey(bytes) } catch {
            preconditionFailure("a session key is as long as the static key: \(error)")
        }
    }
}

/// What each end shows to prove that it holds the keys.
struct SCP03Cryptograms: Equatable, Sendable {
    let card: SecretBytes
    let host: SecretBytes

    /// - Parameter mac: keyed with S-MAC.
    init(_ mac: inout AESCMAC, context: [UInt8], mode: SCP03Mode) {
        card = CounterModeKDF.deriveGlobalPlatform(
            &mac, constant: DerivationConstant.cardCryptogram, context: context, count: mode.length)
        host = CounterModeKDF.deriveGlobalPlatform(
            &mac, constant: DerivationConstant.hostCryptogram, context: context, count: mode.length)
    }
}

/// GPC Amendment D v1.2 Table 4-1.
enum DerivationConstant {
    static let cardCryptogram: UInt8 = 0x00
    static let hostCryptogram: UInt8 = 0x01
    static let cardChallenge: UInt8 = 0x02
    static let enc: UInt8 = 0x04
    static let mac: UInt8 = 0x06
    static let responseMAC: UInt8 = 0x07
}
