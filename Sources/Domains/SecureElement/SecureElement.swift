import CardCryptography
import GlobalPlatform
public import ISO7816
import SecureChannel

/// A GlobalPlatform card: OPEN, security domains, applets and memory, as one value.
///
///     var card = SecureElement.manufacture(.embedded, identity: identity) { keys(of: $0.aid) }
///     let response = card.process(try CommandAPDU(hex: "00A4040000"))
///
/// Copy it to snapshot it; compare two copies to see whether a command changed anything. Commands change persistent
/// memory whole or not at all. GPC v2.3.1; secure channels: Amendment D v1.2.
public struct SecureElement: Sendable {
    /// Changes whenever persistent memory does: then it has to be written before the response is released.
    public private(set) var persistentRevision: UInt64 = 0
    var memory: CardMemory { didSet { persistentRevision &+= 1 } }
    /// The logical channels of the wired interface, then those of the contactless one.
    var channels: [LogicalChannel?]
    /// What the running instances keep as long as the card has power.
    var workingMemory: [AID: WorkingMemory] = [:]
    let random: any RandomSource
    /// What stays even if the command is refused: counters that have moved.
    var memoryInAnyCase: CardMemory?

    /// Basic channel and three supplementary ones, on each interface.
    public static let channelsMax = 4

    init(memory: CardMemory, random: any RandomSource) {
        self.memory = memory
        self.random = random
        channels = Self.freshChannels(memory)
    }

    /// Power off and on: selections and sessions are gone, persistent memory stays.
    public mutating func reset() {
        channels = Self.freshChannels(memory)
        workingMemory = [:]
    }

    /// The reset of one interface, as when a terminal's field comes or goes: what is selected on the other stays.
    public mutating func reset(_ interface: CardInterface) {
        channels.replaceSubrange(interface.channels, with: Self.freshChannels(memory)[interface.channels])
    }

    private static func freshChannels(_ memory: CardMemory) -> [LogicalChannel?] {
        (0..<CardInterface.allCases.count * channelsMax).map { place in
            CardInterface.number(ofChannelAt: place) == 0
                ? LogicalChannel(selected: memory.implicitlySelected(on: place)) : nil
        }
    }
}

extension SecureElement: Equatable {
    /// Equal in memory and in every session; where randomness comes from does not matter.
    public static func == (left: SecureElement, right: SecureElement) -> Bool {
        left.memory == right.memory && left.channels == right.channels && left.workingMemory == right.workingMemory
    }
}

// MARK: - OPEN

extension SecureElement {
    /// Executes one command from the device that the card is in.
    public mutating func process(_ command: CommandAPDU) -> ResponseAPDU { process(command, over: .wired) }

    /// Executes one command.
    public mutating func process(_ command: CommandAPDU, over interface: CardInterface) -> ResponseAPDU {
        let saved = (memory: memory, revision: persistentRevision)
        memoryInAnyCase = nil
        let response: ResponseAPDU
        do throws(Refusal) {
            response = try dispatch(command, over: interface)
        } catch {
            response = ResponseAPDU(error.statusWord)
        }
        if persistentRevision != saved.revision {
            if response.statusWord.isRefusal { memory = memoryInAnyCase ?? saved.memory }
            // A command that wrote what was there already leaves nothing to be stored.
            persistentRevision = memory == saved.memory ? saved.revision : saved.revision &+ 1
        }
        return response
    }

    private mutating func dispatch(
        _ command: CommandAPDU, over interface: CardInterface
    ) throws(Refusal) -> ResponseAPDU {
        try check(command.classByte)
        let number = command.classByte.logicalChannel
        let channel = interface.channels.lowerBound + number
        guard number < Self.channelsMax, channels[channel] != nil else { throw Refusal(.logicalChannelNotSupported) }
        if memory.lifeCycle == .terminated, command.instruction != GetDataCommand.instruction {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let isForOPEN =
            !command.classByte.isProprietary
            && [SelectCommand.instruction, ManageChannelCommand.instruction].contains(command.instruction)
        guard isForOPEN else { return try forward(command, on: channel) }
        // The OPEN has no keys: what it is told comes in plain (GPC v2.3.1 Tables 11-66 and 11-84).
        guard !command.classByte.indicatesSecureMessaging else { throw Refusal(.secureMessagingNotSupported) }
        return command.instruction == SelectCommand.instruction
            ? try select(command, on: channel) : try manageChannel(command, on: channel)
    }

    /// The classes of GPC v2.3.1 Tables 11-11 and 11-12: `0x`, `4x`, `6x` of ISO, `8x`, `Cx`, `Ex` of GlobalPlatform.
    /// `1x`, `5x` and `7x` chain commands in ISO's way, which this card does not.
    private func check(_ classByte: ClassByte) throws(Refusal) {
        switch classByte.rawValue & 0xF0 {
        case 0x00, 0x40, 0x60, 0x80, 0xC0, 0xE0: return
        case 0x10, 0x50, 0x70: throw Refusal(.commandChainingNotSupported)
        default: throw Refusal(.classNotSupported)
        }
    }

    /// Hands the command to the selected Application.
    private mutating func forward(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        guard let selected = channels[channel]?.selected, let application = memory.application(selected) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        switch application.content {
        case .securityDomain:
            return try processSecurityDomainCommand(command, on: channel)
        case .applet(let applet):
            guard !application.isLocked else { throw Refusal(.conditionsOfUseNotSatisfied) }
            return try run(applet, of: selected, command, on: channel)
        }
    }

    private mutating func run(
        _ applet: InstalledApplet, of aid: AID, _ command: CommandAPDU, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        var after = applet.code
        var working = workingMemory[aid] ?? WorkingMemory()
        working.transaction = channels[channel]?.transaction
        working.purse = channels[channel]?.purse
        let environment = environment(on: channel)
        var response = after.process(command, environment, &working)
        for _ in 0..<ShareableCall.callsMax {
            guard let call = working.call else { break }
            working.call = nil
            let answer = answer(call, from: aid, on: channel)
            response = after.applet.resume(with: answer, environment, &working)
        }
        working.call = nil
        guard !response.statusWord.isRefusal else {
            channels[channel]?.purse = nil
            keep(working.reading, of: aid)
            return response
        }
        if after != applet.code {
            memory.updateApplet(aid) { $0.code = after }
            if after.size != applet.size { try checkMemory() }
        }
        channels[channel]?.transaction = working.transaction
        channels[channel]?.purse = working.purse
        working.transaction = nil
        working.purse = nil
        workingMemory[aid] = working == WorkingMemory() ? nil : working
        return response
    }

    /// A refused command leaves everything as it was, except that a session which failed is over.
    private mutating func keep(_ reading: ReadingMemory?, of aid: AID) {
        var working = workingMemory[aid] ?? WorkingMemory()
        working.reading = reading
        workingMemory[aid] = working == WorkingMemory() ? nil : working
    }

    /// What applets may know of the rest of the card, when they are asked on a channel.
    func environment(on channel: Int) -> AppletEnvironment {
        let selectable = memory.applications.filter { $0.isSelectable && !$0.isSecurityDomain }
        let contactless = selectable.compactMap { application -> ContactlessApplication? in
            guard case .applet(let applet) = application.content, let offer = applet.code.contactlessOffer else {
                return nil
            }
            return ContactlessApplication(application: application.aid, offer: offer)
        }
        // Priority 1 is the highest; 0 means none, and comes last (EMV Book B §3.3.1).
        func rank(_ application: ContactlessApplication) -> Int {
            application.offer.priority == 0 ? 16 : Int(application.offer.priority)
        }
        return AppletEnvironment(
            contactless: contactless.enumerated()
                .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element),
            selectableApplications: selectable.map(\.aid), application: channels[channel]?.selected,
            interface: CardInterface(channelAt: channel), random: random)
    }
}
