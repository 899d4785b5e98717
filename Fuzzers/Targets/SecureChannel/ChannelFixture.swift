import CardCryptography
import ISO7816
import SecureChannel

/// Both ends of a session with keys that are known, opened by the fuzzer's choice of protocol, mode and level.
struct ChannelFixture: ~Copyable {
    var host: SecureChannelSession
    var card: SecureChannelCardSession
    let hasCommandMAC: Bool
    let hasResponseMAC: Bool

    /// With R-MAC a refusal goes bare in SCP03 (Amd D §6.2.5), and with its R-MAC in SCP02.
    var leavesRefusalsBare: Bool { hasResponseMAC && host.protocolIdentifier == 0x03 }

    static let keys = SCP03KeySet.fuzzing(0x40)
    static let diversificationData = [UInt8](repeating: 0, count: KeyDiversification.dataLength)
    private static let tripleDESKeys = SCP02KeySet.fuzzing

    /// A session of the kind that the fuzzer chooses: two bytes.
    static func opened(_ input: inout FuzzInput) throws(FuzzViolation) -> ChannelFixture {
        let kind = input.number(below: 8)
        let level = input.number(below: 6)
        do {
            switch kind {
            case 0: return try open(.s8, SecurityLevel.allCases[level])
            case 1: return try open(.s16, SecurityLevel.allCases[level])
            // R-MAC; a pseudo-random challenge; the C-MAC on the unmodified command; no encryption of the ICV.
            case 2, 3: return try open(0x35, SCP02SecurityLevel.allCases[level])
            case 4, 5: return try open(0x75, SCP02SecurityLevel.allCases[level])
            case 6: return try open(0x37, SCP02SecurityLevel.allCases[level])
            default: return try open(0x25, SCP02SecurityLevel.allCases[level])
            }
        } catch {
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
        return ChannelFixture(
            host: .scp03(try pending.opened(by: ResponseAPDU(.success))), card: SecureChannelCardSession(card),
            hasCommandMAC: level.hasCommandMAC, hasResponseMAC: level.hasResponseMAC)
    }

    private static func open(_ parameter: UInt8, _ level: SCP02SecurityLevel) throws -> ChannelFixture {
        guard let implementation = SCP02Implementation(rawValue: parameter) else {
            throw FuzzViolation("\(parameter) is a parameter of SCP02")
        }
        let invoker: AID = "A000000151000000"
        let handshake = try SCP02Handshake(
            level: level, implementation: implementation, hostChallenge: [UInt8](repeating: 0xA5, count: 8))
        let cardHandshake = try SCP02CardHandshake(
            handshake.initializeUpdate, keys: tripleDESKeys, keyVersionNumber: 1, implementation: implementation,
            keyDiversificationData: diversificationData, counter: .zero,
            challenge: implementation.isPseudoRandom
                ? .pseudoRandom(invoker: invoker) : .random([UInt8](repeating: 0x5A, count: 6)))
        let pending = try handshake.authenticated(by: cardHandshake.response, keys: tripleDESKeys)
        let card = try cardHandshake.authenticate(pending.externalAuthenticate)
        return ChannelFixture(
            host: .scp02(try pending.opened(by: ResponseAPDU(.success))), card: SecureChannelCardSession(card),
            hasCommandMAC: level.hasCommandMAC, hasResponseMAC: level.hasResponseMAC)
    }
}

extension SCP02KeySet {
    /// Three keys of two key parts each, always the same.
    static let fuzzing: SCP02KeySet = {
        func key(_ first: UInt8) -> SecretBytes { SecretBytes((0..<16).map { first &+ $0 }) }
        do { return try SCP02KeySet(enc: key(0x11), mac: key(0x42), dek: key(0x73)) } catch {
            preconditionFailure("16 bytes are a 3DES key: \(error)")
        }
    }()
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
