import CardCryptography
import ISO7816
import SecureChannel

/// Both ends of a session with keys that are known, opened by the fuzzer's choice of mode and level.
struct ChannelFixture: ~Copyable {
    var host: SCP03Session
    var card: SCP03CardSession
    let level: SecurityLevel

    static let keys = SCP03KeySet.fuzzing(0x40)
    private static let diversificationData = [UInt8](repeating: 0, count: KeyDiversification.dataLength)

    /// A session of the mode and level that the fuzzer chooses.
    static func opened(_ input: inout FuzzInput) throws(FuzzViolation) -> ChannelFixture {
        let mode: SCP03Mode = input.flag() ? .s16 : .s8
        let level = input.choice(of: SecurityLevel.allCases)
        do { return try open(mode, level) } catch {
            throw FuzzViolation("the two ends agree on a session: \(error)")
        }
    }

    private static func open(_ mode: SCP03Mode, _ level: SecurityLevel) throws -> ChannelFixture {
        let implementation = SCP03Implementation(
            mode: mode, isPseudoRandom: false, responseSecurity: .macAndEncryption)
        let challenge = [UInt8](repeating: 0xA5, count: mode.length)
        let handshake = try SCP03Handshake(level: level, mode: mode, hostChallenge: challenge)
        let cardHandshake = try SCP03CardHandshake(
            handshake.initializeUpdate, keys: keys, keyVersionNumber: 1, implementation: implementation,
            keyDiversificationData: diversificationData, challenge: .random(challenge))
        let pending = try handshake.authenticated(by: cardHandshake.response, keys: keys)
        let card = try cardHandshake.authenticate(pending.externalAuthenticate)
        return ChannelFixture(host: try pending.opened(by: ResponseAPDU(.success)), card: card, level: level)
    }
}

extension SCP03KeySet {
    /// A key set of AES-128 keys, the same for the same number.
    static func fuzzing(_ first: UInt8) -> SCP03KeySet {
        func key(_ offset: UInt8) -> SecretBytes { SecretBytes((0..<16).map { first &+ offset &+ $0 }) }
        do { return try SCP03KeySet(enc: key(0), mac: key(1), dek: key(2)) } catch {
            preconditionFailure("16 bytes are an AES key: \(error)")
        }
    }
}
