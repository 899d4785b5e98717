import Foundation
import PCSCLink

/// Finds the reader that was meant.
struct ReaderChoice {
    private let wanted: String?
    private let waitSeconds: UInt32?

    init(_ selection: CardSelection) {
        wanted = selection.reader ?? ProcessInfo.processInfo.environment["SENESCHAL_READER"]
        waitSeconds = selection.wait
    }

    init(wanted: String?) {
        self.wanted = wanted
        waitSeconds = nil
    }

    /// The name of the reader, once a card is in it.
    func name() async throws -> String {
        let readers = try PCSCReaders()
        var list = try await readers.list()
        let end = ContinuousClock.now + .seconds(Int64(waitSeconds ?? 0))
        while true {
            do {
                return try choose(from: list)
            } catch let failure as CommandFailure where failure.status == .noCard {
                let left = (end - ContinuousClock.now).components
                guard left.seconds >= 0, left.attoseconds >= 0, waitSeconds != nil,
                    let next = try await readers.change(
                        withinMilliseconds: UInt32(
                            clamping: left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000))
                else { throw failure }
                list = next
            }
        }
    }

    /// The one reader that is meant.
    func choose(from readers: [PCSCReader]) throws -> String {
        guard !readers.isEmpty else {
            throw CommandFailure(
                .noCard, "no smart-card reader is attached",
                nextStep: "plug one in, or use --card FILE or --vpcd HOST:PORT")
        }
        let matching = wanted.map { wanted in
            let exact = readers.filter { $0.name == wanted }
            return exact.isEmpty ? readers.filter { $0.name.localizedCaseInsensitiveContains(wanted) } : exact
        }
        if let wanted, let matching, matching.isEmpty {
            throw CommandFailure(
                .noCard, "no reader has “\(wanted)” in its name; there are \(Self.names(readers))",
                nextStep: "`seneschal gp readers` lists them")
        }
        let candidates = matching ?? readers
        // A mute card is chosen only where there is no other.
        let answering = candidates.filter { $0.hasCard && $0.state != .mute }
        let occupied = answering.isEmpty ? candidates.filter(\.hasCard) : answering
        switch occupied.count {
        case 0:
            throw CommandFailure(
                .noCard, "there is no card in \(Self.names(candidates))",
                nextStep: "put a card in, or let the command wait for one: --wait 30")
        case 1: return occupied[0].name
        default:
            throw CommandFailure(
                .usage, "several readers hold a card: \(Self.names(occupied))",
                nextStep: "say which one: --reader \"\(occupied[0].name)\"")
        }
    }

    private static func names(_ readers: [PCSCReader]) -> String {
        readers.map { "“\($0.name)”" }.joined(separator: ", ")
    }
}
