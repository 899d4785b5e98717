import CardCryptography
public import ISO7816

/// A whole session computed before the card is reached: INITIALIZE UPDATE, EXTERNAL AUTHENTICATE and every wrapped
/// command go down in one trip, and the answers are checked when they come back.
///
/// It rests on the pseudo-random card challenge of GPC Amendment D v1.2 §6.2.2.1. The same input gives the same script,
/// byte for byte: after a restart, make the forecast again and interpret the answers with it.
///
/// A forecast needs C-DECRYPTION. Commands leave before the card has proved itself; whoever receives them instead must
/// learn nothing from them.
public struct SCP03Forecast: ~Copyable, Sendable {
    /// INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, and the commands, in the order in which they are sent.
    public let script: [CommandAPDU]
    private let keys: SCP03KeySet
    private let hostChallenge: [UInt8]
    private let card: ExpectedCard
    private let cardCryptogram: SecretBytes
    private var messaging: SecureMessaging
    /// What each command leaves behind, for its response.
    private let states: [SecureMessaging.State]

    /// The number of commands that a forecast holds at most.
    public static let commandsMax = 4096

    /// What is known of the card beforehand.
    public struct ExpectedCard: Equatable, Sendable {
        /// The key set to use; 0 leaves the choice to the card.
        public var keyVersionNumber: UInt8
        public var implementation: SCP03Implementation
        /// The value that the card will use and report: one more than the last one known, ``SequenceCounter/next``.
        public var sequenceCounter: SequenceCounter
        /// The AID of the application that invokes the secure channel.
        public var invoker: AID
        /// Checked when given.
        public var keyDiversificationData: [UInt8]?

        public init(
            keyVersionNumber: UInt8, implementation: SCP03Implementation, sequenceCounter: SequenceCounter,
            invoker: AID, keyDiversificationData: [UInt8]? = nil
        ) {
            self.keyVersionNumber = keyVersionNumber
            self.implementation = implementation
            self.sequenceCounter = sequenceCounter
            self.invoker = invoker
            self.keyDiversificationData = keyDiversificationData
        }
    }

    /// - Throws: ``SCP03ForecastError``.
    public init(
        keys: SCP03KeySet, hostChallenge: [UInt8], card: ExpectedCard, level: SecurityLevel,
        commands: [CommandAPDU], logicalChannel: Int = 0
    ) throws(SCP03ForecastError) {
        guard level.hasCommandDecryption else { throw .requiresCommandDecryption(level) }
        guard card.implementation.isPseudoRandom else { throw .requiresPseudoRandomChallenge(card.implementation) }
        guard commands.count <= Self.commandsMax else {
            throw .tooManyCommands(count: commands.count, max: Self.commandsMax)
        }
        let mode = card.implementation.mode
        let initializeUpdate: CommandAPDU
        do throws(SecureChannelError) {
            guard card.implementation.supports(level) else {
                throw .levelNotSupported(level, by: card.implementation)
            }
            initializeUpdate = try .initializeUpdate(
                keyVersionNumber: card.keyVersionNumber, hostChallenge: hostChallenge, mode: mode,
                logicalChannel: logicalChannel)
        } catch {
            throw .opening(error)
        }
        let opening = SCP03Opening(
            keys: keys, hostChallenge: hostChallenge,
            cardChallenge: keys.cardChallenge(card.sequenceCounter, invoker: card.invoker, mode: mode),
            level: level, mode: mode, logicalChannel: logicalChannel)
        var messaging = opening.messaging
        (script, states) = try messaging.wrapAll(commands, after: [initializeUpdate, opening.externalAuthenticate])
        self.messaging = messaging
        self.keys = keys
        self.hostChallenge = hostChallenge
        self.card = card
        cardCryptogram = opening.cryptograms.card
    }

    public var initializeUpdate: CommandAPDU { script[0] }
    public var externalAuthenticate: CommandAPDU { script[1] }
    /// The wrapped commands alone.
    public var commands: ArraySlice<CommandAPDU> { script[2...] }

    /// Where in the script something happened.
    public enum Step: Equatable, Sendable {
        case initializeUpdate
        case externalAuthenticate
        /// The command at this index of the plain commands.
        case command(Int)

        init(scriptIndex: Int) {
            self =
                scriptIndex == 0
                ? .initializeUpdate : scriptIndex == 1 ? .externalAuthenticate : .command(scriptIndex - 2)
        }

        /// The index in ``SCP03Forecast/script``.
        public var scriptIndex: Int {
            switch self {
            case .initializeUpdate: 0
            case .externalAuthenticate: 1
            case .command(let index): index + 2
            }
        }
    }
}

// MARK: - Answers

extension SCP03Forecast {
    /// What the answers mean. They are those to ``script``, in order; the sender stops at the first refusal or when the
    /// card is gone, so there may be fewer than commands.
    public consuming func interpret(_ responses: [ResponseAPDU]) -> SCP03ForecastOutcome {
        guard responses.count <= script.count else {
            return .cardMisbehaved(
                at: Step(scriptIndex: script.count - 1),
                .tooManyResponses(count: responses.count, expected: script.count), answered: [])
        }
        guard let first = responses.first else { return .torn(at: .initializeUpdate, answered: []) }
        let isAccepted = responses.count > 1 && responses[1].statusWord == .success
        if let ending = judgeInitializeUpdate(first) {
            // A card that is not the expected one cannot accept this EXTERNAL AUTHENTICATE: someone mixed answers.
            return isAccepted && ending.meansNothingWasExecuted
                ? .cardMisbehaved(at: .externalAuthenticate, .cardCryptogramMismatch, answered: []) : ending
        }
        guard responses.count > 1 else { return .torn(at: .externalAuthenticate, answered: []) }
        return messaging.judge(externalAuthenticate: responses[1], commands: responses[2...], states: states)
    }

    /// `nil` when the card is the expected one, in the expected state.
    private func judgeInitializeUpdate(_ response: ResponseAPDU) -> SCP03ForecastOutcome? {
        func misbehaved(_ error: SecureChannelError) -> SCP03ForecastOutcome {
            .cardMisbehaved(at: .initializeUpdate, error, answered: [])
        }
        guard response.statusWord == .success else {
            return .stopped(at: .initializeUpdate, response.statusWord, answered: [])
        }
        let reported: InitializeUpdateResponse
        do { reported = try InitializeUpdateResponse(bytes: response.data) } catch {
            return misbehaved(.malformedInitializeUpdateResponse(error))
        }
        guard reported.implementation == card.implementation, let counter = reported.sequenceCounter else {
            return misbehaved(
                .implementationMismatch(expected: card.implementation, reported: reported.implementation))
        }
        guard card.keyVersionNumber == 0 || reported.keyVersionNumber == card.keyVersionNumber else {
            return misbehaved(
                .keyVersionMismatch(asked: card.keyVersionNumber, reported: reported.keyVersionNumber))
        }
        // The cryptogram covers both challenges: with it, what the card reports is its own and fresh.
        guard proves(reported) else { return .wrongKeys }
        if let expected = card.keyDiversificationData, reported.keyDiversificationData != expected {
            return misbehaved(.keyDiversificationDataMismatch)
        }
        let mode = card.implementation.mode
        guard keys.cardChallenge(counter, invoker: card.invoker, mode: mode) == reported.cardChallenge else {
            return misbehaved(.cardChallengeMismatch)
        }
        guard counter == card.sequenceCounter else { return .staleCounter(reported: counter) }
        return nil
    }

    /// Whether the card cryptogram belongs to these keys and the challenge that the card reports.
    private func proves(_ reported: InitializeUpdateResponse) -> Bool {
        let context = hostChallenge + reported.cardChallenge
        var mac = AESCMAC(key: SCP03SessionKeys(keys, context: context).mac)
        let cryptograms = SCP03Cryptograms(&mac, context: context, mode: card.implementation.mode)
        return cryptograms.card == SecretBytes(reported.cardCryptogram)
    }
}
