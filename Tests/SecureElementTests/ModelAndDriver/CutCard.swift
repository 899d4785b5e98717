import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// A card that loses its power once, at one command, and answers nothing more until it is powered again.
final class CutCard {
    private(set) var element: SecureElement
    private(set) var commands = 0
    private var disk: [UInt8]
    private var cut: Cut?
    private var isPowered = true

    /// One interruption.
    struct Cut: Hashable {
        /// Counted from 0.
        var command: Int
        var moment: Moment

        /// Where in the command the power fails.
        enum Moment: CaseIterable {
            /// It has arrived and had no effect.
            case beforeExecution
            /// It was executed, and nothing was written yet.
            case beforeWrite
            /// Everything was written, and the response is lost.
            case afterWrite
        }

        static func all(_ commands: Int) -> [Cut] {
            (0..<commands).flatMap { command in Moment.allCases.map { Cut(command: command, moment: $0) } }
        }
    }

    init(_ element: SecureElement, _ cut: Cut? = nil) {
        self.element = element
        self.cut = cut
        disk = element.persistentState
    }

    /// What comes from a card without power is no answer: any refusal stands for it.
    func transmit(_ command: CommandAPDU) -> ResponseAPDU {
        guard isPowered else { return ResponseAPDU(.noPreciseDiagnosis) }
        defer { commands += 1 }
        guard let cut, cut.command == commands else { return execute(command) }
        self.cut = nil
        isPowered = false
        guard cut.moment != .beforeExecution else { return ResponseAPDU(.noPreciseDiagnosis) }
        let response = element.process(command)
        if cut.moment == .afterWrite, !response.statusWord.isRefusal { disk = element.persistentState }
        return ResponseAPDU(.noPreciseDiagnosis)
    }

    private func execute(_ command: CommandAPDU) -> ResponseAPDU {
        let revision = element.persistentRevision
        let response = element.process(command)
        if element.persistentRevision != revision { disk = element.persistentState }
        return response
    }

    /// Power again: the card is what was written.
    func powerOn() throws {
        element = try SecureElement(persistentState: disk, random: SeededRandomSource(seed: 3))
        isPowered = true
        cut = nil
    }

    /// What commands change: everything but the counters that every opening of a session moves.
    var content: CardMemory { Self.content(of: element) }

    static func content(of element: SecureElement) -> CardMemory {
        var memory = element.memory
        for application in memory.applications where application.isSecurityDomain {
            memory.updateSecurityDomain(application.aid) {
                $0.sequenceCounters = [:]
                $0.authenticationFailures = 0
            }
        }
        return memory
    }
}
