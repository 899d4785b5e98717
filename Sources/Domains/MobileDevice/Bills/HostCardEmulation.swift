public import ISO7816
public import Instructions

/// What a reader's field finds on a device: the bill application on the host, and everything else on the secure element.
///
/// A command goes to the host from the SELECT of its application to the next SELECT of another one, as routing by AID has
/// it (NFC Forum NCI 2.0 §6.3.2); the secure element sees nothing of it.
public actor HostCardEmulation: CardChannel {
    private let secureElement: any CardChannel
    private var bills = BillEmulation()
    private var isWithHost = false

    /// - Parameter secureElement: its contactless interface.
    public init(_ secureElement: any CardChannel) { self.secureElement = secureElement }

    public func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        if command.instruction == 0xA4 || isWithHost {
            isWithHost = bills.accepts(command)
            if isWithHost { return bills.process(command) }
            bills.lostField()
        }
        return try await secureElement.transmit(command)
    }

    /// The field went and came.
    public func reset() async throws(CardUnreachable) {
        bills.lostField()
        isWithHost = false
        try await secureElement.reset()
    }

    /// Shows a bill from now on; `nil` shows none.
    public func show(_ bill: OpenBill?) {
        bills.show(bill)
        isWithHost = false
    }

    /// The items that came and have not been discarded yet.
    public var items: [String] { bills.items }

    /// Lets an item go that the payment server has, or will never take.
    public func discard(_ item: String) { bills.discard(item) }
}
