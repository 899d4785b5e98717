import CardCryptography
public import ISO7816

/// Where a card takes its challenge from.
public enum SCP03CardChallenge: Equatable, Sendable {
    /// Fresh random bytes, as many as the mode says.
    case random([UInt8])
    /// The key set's sequence counter, moved on already, and the AID of the application that invokes the channel.
    case pseudoRandom(SequenceCounter, invoker: AID)
}

/// The card's end between INITIALIZE UPDATE and EXTERNAL AUTHENTICATE. A value: copy it to snapshot the card.
///
/// The owner finds the key set, and for pseudo-random challenges stores ``SequenceCounter/next`` before it answers:
/// the counter moves with INITIALIZE UPDATE, whatever becomes of the session (GPC Amendment D v1.2 §6.2.2.1).
public struct SCP03CardHandshake: Equatable, Sendable {
    /// The answer to INITIALIZE UPDATE.
    public let response: ResponseAPDU
    private let implementation: SCP03Implementation
    private let keys: SCP03SessionKeys
    private let hostCryptogram: SecretBytes

    /// Answers INITIALIZE UPDATE.
    ///
    /// - Parameter challenge: of the kind that `implementation` announces.
    /// - Throws: ``SecureChannelCardError``: wrong length of the host challenge, P2 other than 00.
    public init(
        _ command: CommandAPDU, keys keySet: SCP03KeySet, keyVersionNumber: UInt8,
        implementation: SCP03Implementation, keyDiversificationData: [UInt8], challenge: SCP03CardChallenge
    ) throws(SecureChannelCardError) {
        let mode = implementation.mode
        precondition(keyDiversificationData.count == KeyDiversification.dataLength, "a card reports ten bytes")
        guard command.p2 == 0x00 else { throw .incorrectParameters(p1: command.p1, p2: command.p2) }
        guard command.data.count == mode.length else {
            throw .wrongLength(found: command.data.count, expected: mode.length)
        }
        let cardChallenge: [UInt8]
        let counter: SequenceCounter?
        switch challenge {
        case .random(let bytes):
            precondition(bytes.count == mode.length && !implementation.isPseudoRandom, "the challenge fits i")
            (cardChallenge, counter) = (bytes, nil)
        case .pseudoRandom(let value, let invoker):
            precondition(implementation.isPseudoRandom, "the challenge fits i")
            (cardChallenge, counter) = (keySet.cardChallenge(value, invoker: invoker, mode: mode), value)
        }
        let context = command.data + cardChallenge
        let sessionKeys = SCP03SessionKeys(keySet, context: context)
        var mac = AESCMAC(key: sessionKeys.mac)
        let cryptograms = SCP03Cryptograms(&mac, context: context, mode: mode)
        self.implementation = implementation
        keys = sessionKeys
        hostCryptogram = cryptograms.host
        let data = InitializeUpdateResponse(
            keyDiversificationData: keyDiversificationData, keyVersionNumber: keyVersionNumber,
            implementation: implementation, cardChallenge: cardChallenge,
            cardCryptogram: cryptograms.card.revealed(), sequenceCounter: counter)
        response = ResponseAPDU(.success, data: data.bytes)
    }

    /// Checks EXTERNAL AUTHENTICATE and opens the session that it asks for.
    ///
    /// - Throws: ``SecureChannelCardError``; the handshake is void then and INITIALIZE UPDATE comes first again.
    public func authenticate(_ command: CommandAPDU) throws(SecureChannelCardError) -> SCP03CardSession {
        let mode = implementation.mode
        guard command.p2 == 0x00, let level = SecurityLevel(rawValue: command.p1) else {
            throw .incorrectParameters(p1: command.p1, p2: command.p2)
        }
        guard implementation.supports(level) else { throw .levelNotSupported(level.rawValue) }
        guard command.data.count == 2 * mode.length else {
            throw .wrongLength(found: command.data.count, expected: 2 * mode.length)
        }
        guard SecretBytes(command.data.prefix(mode.length)) == hostCryptogram else { throw .hostCryptogramMismatch }
        var messaging = SecureMessaging(keys, commandMAC: AESCMAC(key: keys.mac), level: level, mode: mode)
        _ = try messaging.verify(command)
        return SCP03CardSession(messaging)
    }
}
