import GlobalPlatform
public import ISO7816
import SecureChannel

/// A script that the provider wraps itself, for its own security domain: the central TSM only relays it.
///
/// It holds no keys: with the vault it gives the same commands again, also after a restart. For a card that draws random
/// challenges it takes two scripts: the ``opening``, and what the card's answer to it makes possible.
public struct RelayedScript: Hashable, Sendable, Codable {
    public var keySet: ProviderKeySet
    public var card: CardDescription
    public var hostChallenge: [UInt8]
    /// The plain commands, which never leave the provider.
    var plainCommands: [[UInt8]]
    /// The data field of the card's answer to INITIALIZE UPDATE, where it had to be asked for.
    private var openingAnswer: [UInt8]?

    init(keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]) {
        self.keySet = keySet
        self.card = card
        self.hostChallenge = hostChallenge
        plainCommands = commands.map(\.bytes)
    }

    /// SELECT, INITIALIZE UPDATE: what asks the card for its challenge; `nil` when there is no need to ask.
    public var opening: [CommandAPDU]? {
        guard !card.hasPseudoRandomChallenge, openingAnswer == nil else { return nil }
        return [
            Self.select(card.securityDomain),
            CommandAPDU(0x80, 0x50, card.keyVersionNumber, 0x00, data: hostChallenge, expectedLength: 256),
        ]
    }

    /// The script with the card's answer to its ``opening``.
    ///
    /// - Returns: `nil` when the card did not answer it.
    public func opened(by processed: ProcessedScript) -> RelayedScript? {
        guard processed.verdict == .completed, let answer = processed.responses[1], let answer,
            answer.statusWord.isSuccess
        else { return nil }
        var opened = self
        opened.openingAnswer = answer.data
        return opened
    }

    /// What is sent: SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, wrapped commands; after an ``opening`` only the
    /// latter two.
    ///
    /// - Throws: ``ProviderKeysError/invalid(_:)`` before the card has answered an ``opening`` that it needs.
    public func commands(_ keys: any ProviderKeys) async throws(ProviderKeysError) -> [CommandAPDU] {
        if card.hasPseudoRandomChallenge {
            let forecast = try await forecast(keys)
            return [Self.select(card.securityDomain)] + forecast.script
        }
        let script = try await answeredScript(keys)
        return script.script
    }

    /// What the script takes at most, in bytes: INITIALIZE UPDATE and the like, and for each command padding and C-MAC.
    public var scriptBytesMax: Int {
        128 + plainCommands.reduce(0) { $0 + $1.count + 16 + card.challengeLength }
    }

    /// What the answers prove.
    public func interpret(
        _ processed: ProcessedScript, _ keys: any ProviderKeys
    ) async throws(ProviderKeysError) -> RelayedScriptResult {
        try await interpreted(processed, keys).result
    }

    /// What the answers prove, and the answers to the plain commands that are proved, in order.
    public func interpreted(
        _ processed: ProcessedScript, _ keys: any ProviderKeys
    ) async throws(ProviderKeysError) -> (result: RelayedScriptResult, answers: [ResponseAPDU]) {
        guard processed.verdict != .unknown else { return (.unknown, []) }
        var responses: [ResponseAPDU] = []
        var index = 0
        while let response = processed.responses[index] {
            // A command without an answer took effect all the same, or is the last one attempted.
            guard let response else { break }
            responses.append(response)
            index += 1
        }
        guard let first = responses.first else { return (.notStarted, []) }
        let outcome: SCP03ForecastOutcome
        if card.hasPseudoRandomChallenge {
            guard first.statusWord.isSuccess else { return (.refused(first.statusWord), []) }
            outcome = try await forecast(keys).interpret(Array(responses.dropFirst()))
        } else {
            outcome = try await answeredScript(keys).interpret(responses)
        }
        return (
            RelayedScriptResult(outcome, isSettledAsComplete: processed.verdict == .completed), outcome.provedAnswers
        )
    }

    private func forecast(_ keys: any ProviderKeys) async throws(ProviderKeysError) -> SCP03Forecast {
        try await keys.forecast(keySet, card: card, hostChallenge: hostChallenge, commands: try decodedCommands())
    }

    private func answeredScript(_ keys: any ProviderKeys) async throws(ProviderKeysError) -> SCP03AnsweredScript {
        guard let openingAnswer else { throw .invalid("the card has not been asked for its challenge yet") }
        return try await keys.script(
            keySet, card: card, hostChallenge: hostChallenge, opening: openingAnswer, commands: try decodedCommands())
    }

    private func decodedCommands() throws(ProviderKeysError) -> [CommandAPDU] {
        var commands: [CommandAPDU] = []
        for bytes in plainCommands {
            do { commands.append(try CommandAPDU(bytes: bytes)) } catch { throw .invalid("\(error)") }
        }
        return commands
    }

    private static func select(_ aid: AID) -> CommandAPDU { SelectCommand(aid).command }
}

/// What became of a relayed script.
public enum RelayedScriptResult: Hashable, Sendable {
    case completed
    /// Stopped on the way: make what is missing a new script.
    /// With what the card said no with, if it answered.
    case stopped(reason: String, StatusWord?)
    /// The forecast was made for another counter; make it again for the one that the card tells.
    case stale
    case refused(StatusWord)
    case notStarted
    case unknown
    /// The card holds other keys.
    case wrongKeys
    /// The answers are not from a card that holds these keys.
    case misbehaved(String)

    init(_ outcome: consuming SCP03ForecastOutcome, isSettledAsComplete: Bool) {
        switch outcome {
        case .complete:
            self = .completed
        case .torn(let step, _):
            self = isSettledAsComplete ? .completed : .stopped(reason: "the link broke at \(step)", nil)
        case .stopped(let step, let statusWord, _):
            self = .stopped(reason: "the card refused \(step): \(statusWord)", statusWord)
        case .staleCounter:
            self = .stale
        case .wrongKeys:
            self = .wrongKeys
        case .cardMisbehaved(let step, let error, _):
            self = .misbehaved("at \(step): \(error)")
        }
    }
}

extension SCP03ForecastOutcome {
    /// The answers to plain commands before anything went wrong.
    fileprivate var provedAnswers: [ResponseAPDU] {
        switch self {
        case .complete(let answers), .stopped(_, _, let answers), .torn(_, let answers),
            .cardMisbehaved(_, _, let answers):
            answers
        case .staleCounter, .wrongKeys: []
        }
    }
}
