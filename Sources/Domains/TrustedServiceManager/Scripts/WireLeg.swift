import GlobalPlatform
import ISO7816
import SecureChannel

/// A leg as it goes over the wire, and what the answers to it mean: pure.
struct WireLeg: ~Copyable {
    let commands: [CommandAPDU]
    private let session: Session

    private enum Session: ~Copyable {
        /// SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, wrapped commands.
        case forecast(SCP03Forecast)
        /// EXTERNAL AUTHENTICATE, wrapped commands: the card has answered INITIALIZE UPDATE in an earlier trip.
        case answered(SCP03AnsweredScript)
        /// The provider's own.
        case relayed
    }

    init(_ securityDomain: AID, _ forecast: consuming SCP03Forecast) {
        commands = [SelectCommand(securityDomain).command] + forecast.script
        session = .forecast(forecast)
    }

    init(_ script: consuming SCP03AnsweredScript) {
        commands = script.script
        session = .answered(script)
    }

    init(relaying commands: [CommandAPDU]) {
        self.commands = commands
        session = .relayed
    }

    /// - Parameter answers: one per command sent, `nil` for one sent and not answered; at least one.
    /// - Returns: the answers to the leg's own commands, unwrapped, and how the leg ended.
    consuming func interpret(_ answers: [[UInt8]?]) -> (answers: [ResponseAPDU], ending: LegResult.Ending) {
        var responses: [ResponseAPDU] = []
        for answer in answers.prefix(while: { $0 != nil }) {
            guard let answer, let response = try? ResponseAPDU(bytes: answer) else {
                return ([], .misbehaved("an answer is shorter than a status word"))
            }
            responses.append(response)
        }
        let isTorn = responses.count < answers.count
        let count = commands.count
        switch consume session {
        case .relayed:
            return Self.interpretRelayed(responses, isTorn: isTorn, count: count)
        case .answered(let script):
            return Self.ending(of: script.interpret(responses), isTorn: isTorn)
        case .forecast(let forecast):
            guard let selection = responses.first else { return ([], .torn(index: nil)) }
            guard selection.statusWord.isSuccess else { return ([], .notOpened(selection.statusWord)) }
            return Self.ending(of: forecast.interpret(Array(responses.dropFirst())), isTorn: isTorn)
        }
    }

    private static func interpretRelayed(
        _ responses: [ResponseAPDU], isTorn: Bool, count: Int
    ) -> (answers: [ResponseAPDU], ending: LegResult.Ending) {
        if let index = responses.firstIndex(where: { $0.statusWord.stopsScript }) {
            return (Array(responses[...index]), .refused(index: index, responses[index].statusWord))
        }
        if isTorn { return (responses, .torn(index: responses.count)) }
        return (responses, responses.count == count ? .complete : .notReached)
    }

    private static func ending(
        of outcome: SCP03ForecastOutcome, isTorn: Bool
    ) -> (answers: [ResponseAPDU], ending: LegResult.Ending) {
        switch outcome {
        case .complete(let answers):
            return (answers, .complete)
        case .stopped(.command(let index), let statusWord, let answers):
            return (answers, .refused(index: index, statusWord))
        case .stopped(_, let statusWord, _):
            return ([], .notOpened(statusWord))
        case .torn(.command(let index), let answers):
            return (answers, isTorn ? .torn(index: index) : .notReached)
        case .torn(_, let answers):
            return (answers, isTorn ? .torn(index: nil) : .notReached)
        case .staleCounter(let reported):
            return ([], .staleCounter(reported.rawValue))
        case .wrongKeys:
            return ([], .notOpened(.hostCryptogramFailed))
        case .cardMisbehaved(let step, let error, let answers):
            return (answers, .misbehaved("at \(step): \(error)"))
        }
    }
}

extension StatusWord {
    /// The rule of `stopAtFirstRefusal` on the device leg: anything but `9000`, `61xx`, `62xx` and `6310`.
    var stopsScript: Bool { !isSuccess && sw1 != 0x62 && self != .moreDataAvailable }
}
