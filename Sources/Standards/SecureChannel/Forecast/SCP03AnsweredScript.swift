import CardCryptography
public import ISO7816

/// A session computed after the card has answered INITIALIZE UPDATE: EXTERNAL AUTHENTICATE and every wrapped command go
/// down in one trip. With cards that draw random challenges a script takes two trips, this being the second.
///
/// The same input gives the same script, so it can be made again after a restart to interpret the answers.
public struct SCP03AnsweredScript: ~Copyable, Sendable {
    /// EXTERNAL AUTHENTICATE and the commands, in the order in which they are sent.
    public let script: [CommandAPDU]
    private var messaging: SecureMessaging
    private let states: [SecureMessaging.State]

    /// - Parameters:
    ///   - answer: the card's answer to INITIALIZE UPDATE with `hostChallenge`.
    /// - Throws: ``SCP03ForecastError``; `.opening(.cardCryptogramMismatch)` when the card does not hold these keys.
    public init(
        keys: SCP03KeySet, hostChallenge: [UInt8], answer: InitializeUpdateResponse, level: SecurityLevel,
        commands: [CommandAPDU], logicalChannel: Int = 0
    ) throws(SCP03ForecastError) {
        guard commands.count <= SCP03Forecast.commandsMax else {
            throw .tooManyCommands(count: commands.count, max: SCP03Forecast.commandsMax)
        }
        let mode = answer.implementation.mode
        guard hostChallenge.count == mode.length else {
            throw .opening(.hostChallengeLength(found: hostChallenge.count, expected: mode.length))
        }
        guard answer.implementation.supports(level) else {
            throw .opening(.levelNotSupported(level, by: answer.implementation))
        }
        let opening = SCP03Opening(
            keys: keys, hostChallenge: hostChallenge, cardChallenge: answer.cardChallenge, level: level, mode: mode,
            logicalChannel: logicalChannel)
        guard opening.cryptograms.card == SecretBytes(answer.cardCryptogram) else {
            throw .opening(.cardCryptogramMismatch)
        }
        var messaging = opening.messaging
        (script, states) = try messaging.wrapAll(commands, after: [opening.externalAuthenticate])
        self.messaging = messaging
    }

    /// What the answers to ``script`` mean; there may be fewer than commands.
    public consuming func interpret(_ responses: [ResponseAPDU]) -> SCP03ForecastOutcome {
        guard responses.count <= script.count else {
            return .cardMisbehaved(
                at: .init(scriptIndex: script.count),
                .tooManyResponses(count: responses.count, expected: script.count), answered: [])
        }
        guard let first = responses.first else { return .torn(at: .externalAuthenticate, answered: []) }
        return messaging.judge(externalAuthenticate: first, commands: responses.dropFirst(), states: states)
    }
}
