import ISO7816
import SERAM

/// The course of one order, without I/O: says what to do next and is told how it went.
///
///     start · seRamCommand · seRamCommand (epilogue) · notification · stop      one by one
///
/// A list with `stopAtFirstRefusal` ends at a refusal; the next list is run. When the card cannot be reached the rest of
/// the list is dropped, the card is reset once, and later lists are run if it answers again; later notifications are
/// dropped, because what they announce did not happen.
struct OrderExecution {
    enum Step: Equatable {
        case transmit(CommandAPDU, list: Int, apdu: Int)
        case reset
        case notify(String)
        case conclude(RemoteManagementReport)
    }

    private let order: RemoteManagementOrder
    private let lists: [[CommandAPDU]]
    private let stopsAtRefusal: [Bool]
    /// Per list begun, per APDU sent.
    private var responses: [[HexAPDU]] = []
    private var commandIndex = 0
    private var listIndex = 0
    private var apduIndex = 0
    private var failure: String?
    private var resetIsDue = false
    private var cardIsLost = false

    /// - Throws: ``MalformedOrder`` naming the first APDU that is none; nothing must be executed then.
    init(_ order: RemoteManagementOrder) throws(MalformedOrder) {
        self.order = order
        var lists: [[CommandAPDU]] = []
        for (listIndex, list) in order.secureElementCommands.enumerated() {
            var commands: [CommandAPDU] = []
            for (apduIndex, apdu) in list.listOfCAPDU.enumerated() {
                do { commands.append(try apdu.command()) } catch {
                    throw MalformedOrder(list: listIndex, apdu: apduIndex, reason: error)
                }
            }
            lists.append(commands)
        }
        self.lists = lists
        stopsAtRefusal = order.secureElementCommands.map { $0.stopAtFirstRefusal ?? false }
    }

    /// The next thing to do. Asking twice without an answer in between gives the same, except for notifications.
    mutating func next() -> Step {
        if resetIsDue { return .reset }
        let commands = order.ramCommands ?? []
        while commandIndex < commands.count {
            switch commands[commandIndex] {
            case .start, .stop:
                commandIndex += 1
            case .notification(let text):
                commandIndex += 1
                if failure == nil { return .notify(text) }
            case .secureElement:
                guard !cardIsLost else { return conclusion }
                while responses.count <= listIndex { responses.append([]) }
                guard apduIndex < lists[listIndex].count else {
                    endList()
                    continue
                }
                return .transmit(lists[listIndex][apduIndex], list: listIndex, apdu: apduIndex)
            }
        }
        return conclusion
    }

    /// The card answered the APDU that ``next()`` gave.
    mutating func answered(_ response: ResponseAPDU) {
        responses[listIndex].append(HexAPDU(response))
        apduIndex += 1
        if stopsAtRefusal[listIndex], response.statusWord.endsList { endList() }
    }

    /// The card did not answer the APDU that ``next()`` gave.
    mutating func unreachable(_ error: CardUnreachable) {
        if error.mayHaveBeenExecuted { responses[listIndex].append(.notAvailable) }
        failure = failure ?? "list \(listIndex + 1), APDU \(apduIndex + 1): \(error.reason)"
        endList()
        // Also after the last list: the next order finds a card that has power again.
        resetIsDue = true
    }

    /// How the reset that ``next()`` asked for went.
    mutating func reset(succeeded: Bool) {
        resetIsDue = false
        cardIsLost = !succeeded
    }

    private mutating func endList() {
        commandIndex += 1
        listIndex += 1
        apduIndex = 0
    }

    private var conclusion: Step {
        .conclude(RemoteManagementReport(on: order, responses: responses, failure: failure, cardWasUnreachable: true))
    }
}

/// An order with an APDU that is none.
struct MalformedOrder: Error, Equatable, CustomStringConvertible {
    let list: Int
    let apdu: Int
    let reason: CommandAPDUDecodingError

    var description: String { "list \(list + 1), APDU \(apdu + 1): \(reason)" }
}

extension StatusWord {
    /// Whether a list with `stopAtFirstRefusal` ends here: anything but `9000`, `61xx`, `62xx` and `6310`.
    var endsList: Bool { !(isSuccess || sw1 == 0x62 || self == .moreDataAvailable) }
}
