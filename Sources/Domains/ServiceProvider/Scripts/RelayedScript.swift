import GlobalPlatform
public import ISO7816
import SecureChannel

/// A script that the provider wraps itself, for its own security domain: the central TSM only relays it.
///
/// It holds no keys: with the vault it gives the same commands again, also after a restart.
public struct RelayedScript: Hashable, Sendable, Codable {
    public var keySet: ProviderKeySet
    public var card: CardDescription
    public var hostChallenge: [UInt8]
    /// The plain commands, which never leave the provider.
    var plainCommands: [[UInt8]]

    init(keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]) {
        self.keySet = keySet
        self.card = card
        self.hostChallenge = hostChallenge
        plainCommands = commands.map(\.bytes)
    }

    /// SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, wrapped commands: what is sent.
    public func commands(_ keys: any ProviderKeys) async throws(ProviderKeysError) -> [CommandAPDU] {
        let forecast = try await forecast(keys)
        return [Self.select(card.securityDomain)] + forecast.script
    }

    /// What the answers prove.
    public func interpret(
        _ processed: ProcessedScript, _ keys: any ProviderKeys
    ) async throws(ProviderKeysError) -> RelayedScriptResult {
        guard processed.verdict != .unknown else { return .unknown }
        var responses: [ResponseAPDU] = []
        var index = 0
        while let response = processed.responses[index] {
            // A command without an answer took effect all the same, or is the last one attempted.
            guard let response else { break }
            responses.append(response)
            index += 1
        }
        guard let selection = responses.first else { return .notStarted }
        guard selection.statusWord.isSuccess else { return .refused(selection.statusWord) }
        let outcome = try await forecast(keys).interpret(Array(responses.dropFirst()))
        return RelayedScriptResult(outcome, isSettledAsComplete: processed.verdict == .completed)
    }

    private func forecast(_ keys: any ProviderKeys) async throws(ProviderKeysError) -> SCP03Forecast {
        var commands: [CommandAPDU] = []
        for bytes in plainCommands {
            do { commands.append(try CommandAPDU(bytes: bytes)) } catch { throw .invalid("\(error)") }
        }
        return try await keys.forecast(keySet, card: card, hostChallenge: hostChallenge, commands: commands)
    }

    private static func select(_ aid: AID) -> CommandAPDU { SelectCommand(aid).command }
}

/// What became of a relayed script.
public enum RelayedScriptResult: Hashable, Sendable {
    case completed
    /// Stopped on the way: make what is missing a new script.
    case stopped(reason: String)
    /// The forecast was made for another counter; make it again for the one that the card tells.
    case stale
    case refused(StatusWord)
    case notStarted
    case unknown
    /// The answers are not from a card that holds these keys.
    case misbehaved(String)

    init(_ outcome: consuming SCP03ForecastOutcome, isSettledAsComplete: Bool) {
        switch outcome {
        case .complete:
            self = .completed
        case .torn(let step, _):
            self = isSettledAsComplete ? .completed : .stopped(reason: "the link broke at \(step)")
        case .stopped(let step, let statusWord, _):
            self = .stopped(reason: "the card refused \(step): \(statusWord)")
        case .staleCounter:
            self = .stale
        case .wrongKeys:
            self = .misbehaved("the card does not hold the expected keys")
        case .cardMisbehaved(let step, let error, _):
            self = .misbehaved("at \(step): \(error)")
        }
    }
}
