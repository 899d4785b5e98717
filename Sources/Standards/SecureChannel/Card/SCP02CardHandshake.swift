import CardCryptography
public import ISO7816

/// Where a card that speaks SCP02 takes its challenge from.
public enum SCP02CardChallenge: Equatable, Sendable {
    /// Six fresh random bytes.
    case random([UInt8])
    /// The AID of the application that invokes the channel; the counter is in the keys already.
    case pseudoRandom(invoker: AID)
}

/// The card's end of SCP02 between INITIALIZE UPDATE and EXTERNAL AUTHENTICATE. A value: copy it to snapshot the card.
///
/// The owner finds the key set and its counter, and stores ``SCP02SequenceCounter/next`` when a session opens
/// (GPC v2.3.1 §E.1.2).
public struct SCP02CardHandshake: Equatable, Sendable {
    /// The answer to INITIALIZE UPDATE.
    public let response: ResponseAPDU
    private let implementation: SCP02Implementation
    private let keys: SCP02SessionKeys
    private let hostCryptogram: SecretBytes

    /// Answers INITIALIZE UPDATE.
    ///
    /// - Parameters:
    ///   - implementation: one with explicit initiation.
    ///   - challenge: of the kind that `implementation` announces.
    /// - Throws: ``SecureChannelCardError``: wrong length of the host challenge, P2 other than 00.
    public init(
        _ command: CommandAPDU, keys keySet: SCP02KeySet, keyVersionNumber: UInt8,
        implementation: SCP02Implementation, keyDiversificationData: [UInt8], counter: SCP02SequenceCounter,
        challenge: SCP02CardChallenge
    ) throws(SecureChannelCardError) {
        precondition(keyDiversificationData.count == KeyDiversification.dataLength, "a card reports ten bytes")
        precondition(implementation.isExplicit, "an implicit session has no handshake")
        guard command.p2 == 0x00 else { throw .incorrectParameters(p1: command.p1, p2: command.p2) }
        guard command.data.count == 8 else { throw .wrongLength(found: command.data.count, expected: 8) }
        keys = SCP02SessionKeys(keySet, counter: counter)
        let cardChallenge: [UInt8]
        switch challenge {
        case .random(let bytes):
            precondition(bytes.count == 6 && !implementation.isPseudoRandom, "the challenge fits i")
            cardChallenge = bytes
        case .pseudoRandom(let invoker):
            precondition(implementation.isPseudoRandom, "the challenge fits i")
            cardChallenge = keys.cardChallenge(invoker: invoker)
        }
        let cryptograms = SCP02Cryptograms(
            keys, hostChallenge: command.data, counter: counter, cardChallenge: cardChallenge)
        self.implementation = implementation
        hostCryptogram = cryptograms.host
        let data = SCP02InitializeUpdateResponse(
            keyDiversificationData: keyDiversificationData, keyVersionNumber: keyVersionNumber,
            sequenceCounter: counter, cardChallenge: cardChallenge, cardCryptogram: cryptograms.card.revealed())
        response = ResponseAPDU(.success, data: data.bytes)
    }

    /// Checks EXTERNAL AUTHENTICATE and opens the session that it asks for.
    ///
    /// - Throws: ``SecureChannelCardError``; the handshake is void then and INITIALIZE UPDATE comes first again.
    public func authenticate(_ command: CommandAPDU) throws(SecureChannelCardError) -> SCP02CardSession {
        guard command.p2 == 0x00, let level = SCP02SecurityLevel(rawValue: command.p1) else {
            throw .incorrectParameters(p1: command.p1, p2: command.p2)
        }
        guard implementation.supports(level) else { throw .levelNotSupported(level.rawValue) }
        guard command.data.count == 16 else { throw .wrongLength(found: command.data.count, expected: 16) }
        guard SecretBytes(command.data.prefix(8)) == hostCryptogram else { throw .hostCryptogramMismatch }
        var messaging = SCP02Messaging(keys, implementation: implementation, level: level)
        _ = try messaging.verify(command, decrypting: false)
        return SCP02CardSession(messaging)
    }
}
