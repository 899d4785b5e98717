import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

/// Sessions of other implementations with cards, played at both ends.
@Suite("Published sessions")
struct TranscriptTests {
    struct File: Decodable {
        let sessions: [Session]
    }

    struct Session: Decodable, Sendable, CustomTestStringConvertible {
        struct Keys: Decodable {
            let enc: String
            let mac: String
            let dek: String
        }
        struct Exchange: Decodable {
            let plain: String
            let wrapped: String
            let wrappedResponse: String?
            let plainResponse: String?
        }
        let name: String
        let keys: Keys
        let level: String
        let invoker: String?
        let initializeUpdate: String
        let initializeUpdateResponse: String
        let externalAuthenticate: String
        let exchanges: [Exchange]
        var testDescription: String { name }

        func keySet() throws -> SCP03KeySet {
            try SCP03KeySet(
                enc: SecretBytes(hex(keys.enc)), mac: SecretBytes(hex(keys.mac)), dek: SecretBytes(hex(keys.dek)))
        }

        func securityLevel() throws -> SecurityLevel {
            try #require(SecurityLevel(rawValue: hex(level)[0]))
        }
    }

    static func sessions() throws -> [Session] {
        try [
            "SecureChannel/scp03-sessions-pysim.json", "SecureChannel/scp03-sessions-gpshell.json",
            "SecureChannel/scp03-s16.json",
        ].flatMap { try Vectors.load($0, as: File.self).sessions }
    }

    @Test("there are 29 of them")
    func count() throws {
        #expect(try Self.sessions().count == 9 + 2 + 18)
    }

    @Test("the host sends and accepts every published byte", arguments: try sessions())
    func host(session: Session) throws {
        let initializeUpdate = try CommandAPDU(hex: session.initializeUpdate)
        let handshake = try SCP03Handshake(
            level: session.securityLevel(), mode: initializeUpdate.data.count == 16 ? .s16 : .s8,
            keyVersionNumber: initializeUpdate.p1, hostChallenge: initializeUpdate.data,
            invoker: session.invoker.map { try AID(hex: $0) })
        #expect(handshake.initializeUpdate.bytes.hex == session.initializeUpdate)
        let pending = try handshake.authenticated(
            by: ResponseAPDU(hex: session.initializeUpdateResponse), keys: session.keySet())
        #expect(pending.externalAuthenticate.bytes.hex == session.externalAuthenticate)
        var channel = try pending.opened(by: ResponseAPDU(.success))
        for exchange in session.exchanges {
            #expect(try channel.wrap(CommandAPDU(hex: exchange.plain)).bytes.hex == exchange.wrapped)
            guard let wrapped = exchange.wrappedResponse else { continue }
            let response = try channel.unwrap(ResponseAPDU(hex: wrapped))
            if let plain = exchange.plainResponse { #expect(response.bytes.hex == plain) }
        }
    }

    @Test("the card sends and accepts every published byte", arguments: try sessions())
    func card(session: Session) throws {
        let expected = try InitializeUpdateResponse(bytes: ResponseAPDU(hex: session.initializeUpdateResponse).data)
        // Where the invoking application is not known, the challenge is taken as random, without its counter.
        var implementation = expected.implementation
        var challenge = SCP03CardChallenge.random(expected.cardChallenge)
        if let invoker = session.invoker, let counter = expected.sequenceCounter {
            challenge = try .pseudoRandom(counter, invoker: AID(hex: invoker))
        } else {
            implementation = SCP03Implementation(
                mode: implementation.mode, isPseudoRandom: false, responseSecurity: .macAndEncryption)
        }
        let handshake = try SCP03CardHandshake(
            CommandAPDU(hex: session.initializeUpdate), keys: session.keySet(),
            keyVersionNumber: expected.keyVersionNumber, implementation: implementation,
            keyDiversificationData: expected.keyDiversificationData, challenge: challenge)
        if session.invoker != nil {
            #expect(handshake.response.bytes.hex == session.initializeUpdateResponse)
        }
        var channel = try handshake.authenticate(CommandAPDU(hex: session.externalAuthenticate))
        #expect(channel.level.rawValue == hex(session.level)[0])
        for exchange in session.exchanges {
            #expect(try channel.unwrap(CommandAPDU(hex: exchange.wrapped)).bytes.hex == exchange.plain)
            guard let wrapped = exchange.wrappedResponse, let plain = exchange.plainResponse else { continue }
            #expect(channel.wrap(try ResponseAPDU(hex: plain)).bytes.hex == wrapped)
        }
    }

    @Test("a host that is told the wrong invoking application does not accept the card challenge")
    func wrongInvoker() throws {
        let session = try #require(Self.sessions().first)
        let command = try CommandAPDU(hex: session.initializeUpdate)
        expectError(SecureChannelError.cardChallengeMismatch) {
            let handshake = try SCP03Handshake(
                level: session.securityLevel(), keyVersionNumber: command.p1, hostChallenge: command.data,
                invoker: "A000000151000000")
            _ = try handshake.authenticated(
                by: ResponseAPDU(hex: session.initializeUpdateResponse), keys: session.keySet())
        }
    }
}
