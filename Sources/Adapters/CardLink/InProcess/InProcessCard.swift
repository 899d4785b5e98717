public import ISO7816
public import SecureElement

/// A card that lives in this process, one command at a time.
///
/// Before the response of a command that changed persistent memory is released, `persist` has made the card durable. If
/// that fails the card stays dark: what is on the disk is unknown until the file is read again.
public actor InProcessCard<Card: CardProcessor>: CardChannel {
    /// Makes the card's persistent memory durable; returns when it would survive a power failure.
    public typealias Persist = @Sendable (Card) throws -> Void

    /// The card as it is now.
    public private(set) var card: Card
    private let persist: Persist?
    private let executor: BlockingExecutor
    private var powerCut: PowerCut?
    private var isPowered = true
    private var failingResets = 0
    private var persistenceFailure: String?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A powered card. Without `persist` its memory ends with the process.
    public init(_ card: Card, persist: Persist? = nil) {
        self.card = card
        self.persist = persist
        executor = BlockingExecutor(label: "card")
    }

    public func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        try transmit(command, over: .wired)
    }

    /// Sends one command by an interface.
    public func transmit(
        _ command: CommandAPDU, over interface: CardInterface
    ) throws(CardUnreachable) -> ResponseAPDU {
        guard isPowered else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: darkReason) }
        let cut = nextCut()
        if cut?.moment == .beforeExecution { throw losePower(cut) }
        let revision = card.persistentRevision
        let response = card.process(command, over: interface)
        if card.persistentRevision != revision { try makeDurable() }
        if cut?.moment == .afterCommit { throw losePower(cut) }
        return response
    }

    public func reset() throws(CardUnreachable) {
        guard persistenceFailure == nil else {
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: darkReason)
        }
        guard failingResets == 0 else {
            failingResets -= 1
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: darkReason)
        }
        isPowered = true
        card.reset()
    }

    /// The reset of one interface. A card without power gets it from there.
    public func reset(_ interface: CardInterface) throws(CardUnreachable) {
        guard isPowered else { return try reset() }
        card.reset(interface)
    }

    /// Lets the power fail at a later command.
    public func cutPower(_ cut: PowerCut) { powerCut = cut }

    private var darkReason: String {
        persistenceFailure.map { "the card's memory could not be written: \($0)" } ?? "the card has no power"
    }

    /// The cut that strikes the command at hand, if one does.
    private func nextCut() -> PowerCut? {
        guard let cut = powerCut else { return nil }
        guard cut.commandsBefore == 0 else {
            powerCut?.commandsBefore -= 1
            return nil
        }
        powerCut = nil
        return cut
    }

    private func losePower(_ cut: PowerCut?) -> CardUnreachable {
        isPowered = false
        failingResets = cut?.failingResets ?? 0
        card.reset()
        return CardUnreachable(mayHaveBeenExecuted: true, reason: "the card lost power")
    }

    private func makeDurable() throws(CardUnreachable) {
        guard let persist else { return }
        do {
            try persist(card)
        } catch {
            isPowered = false
            persistenceFailure = "\(error)"
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: darkReason)
        }
    }
}
