import Foundation
public import ISO7816
public import Instructions
import JOSE

/// The bill application of a device that emulates a card: it tells a seller's terminal which bill is open, and takes the
/// items that the terminal signs for it.
///
/// A value without a radio: commands come from the ``NFCController``, items leave by ``discard(_:)`` when the payment
/// server has them. It holds ``itemsMax`` of them until then, and no item twice.
public struct BillEmulation: Sendable {
    public static let itemsMax = 32

    /// The bill that terminals see; `nil` shows none.
    public private(set) var openBill: OpenBill?
    /// Signed items, in the order in which they came, that the payment server may not have yet.
    public private(set) var items: [String] = []
    private var isSelected = false
    /// The parts of an item whose last has not come.
    private var parts: [UInt8]?

    public init() {}

    /// Shows a bill from now on; `nil` shows none. What is being handed over is dropped.
    public mutating func show(_ bill: OpenBill?) {
        openBill = bill
        lostField()
    }

    /// Lets an item go: the payment server has it, or will never take it.
    public mutating func discard(_ item: String) { items.removeAll { $0 == item } }

    /// The field is gone, and with it the selection and the parts of an item.
    public mutating func lostField() {
        isSelected = false
        parts = nil
    }

    /// Whether a command is for this application: the one that selects it, or one while it is selected.
    public func accepts(_ command: CommandAPDU) -> Bool {
        command.header == BillCommand.select.header ? command.data == BillCommand.application.bytes : isSelected
    }

    /// Executes one command.
    public mutating func process(_ command: CommandAPDU) -> ResponseAPDU {
        if command.instruction == 0xA4 { return select(command) }
        guard isSelected else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        guard [0x80, 0x90].contains(command.classByte.rawValue), command.instruction == 0xDA else {
            parts = nil
            return ResponseAPDU(command.instruction == 0xDA ? .classNotSupported : .instructionNotSupported)
        }
        return put(command)
    }

    private mutating func select(_ command: CommandAPDU) -> ResponseAPDU {
        parts = nil
        isSelected = false
        guard command.header == BillCommand.select.header else { return ResponseAPDU(.incorrectParameters) }
        guard command.data == BillCommand.application.bytes else { return ResponseAPDU(.fileNotFound) }
        guard let openBill else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        isSelected = true
        return ResponseAPDU(.success, data: BillCommand.selection(openBill))
    }

    private mutating func put(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.p1 == 0xDF, command.p2 == 0x34 else {
            parts = nil
            return ResponseAPDU(.incorrectParameters)
        }
        guard !command.data.isEmpty else {
            parts = nil
            return ResponseAPDU(.wrongLength)
        }
        let bytes = (parts ?? []) + command.data
        parts = nil
        guard bytes.count <= BillCommand.itemBytesMax else { return ResponseAPDU(.notEnoughMemory) }
        guard command.classByte.rawValue == 0x80 else {
            parts = bytes
            return ResponseAPDU(.success)
        }
        return take(bytes)
    }

    /// An item that came before is acknowledged again: the terminal has lost the answer.
    private mutating func take(_ bytes: [UInt8]) -> ResponseAPDU {
        guard let openBill, let item = SignedBillItem(bytes: bytes), item.claims.bill == openBill.bill,
            item.claims.currency == openBill.currency
        else { return ResponseAPDU(.incorrectData) }
        if !items.contains(item.compact) {
            guard items.count < Self.itemsMax else { return ResponseAPDU(.notEnoughMemory) }
            items.append(item.compact)
        }
        return ResponseAPDU(.success, data: BillCommand.receipt(of: bytes))
    }
}

/// A signed item as the device reads it to show it. Whose word it is, the payment server verifies.
public struct SignedBillItem: Hashable, Sendable {
    public let compact: String
    public let claims: BillItem

    /// - Returns: `nil` for bytes that are no compact form with the claims of an item.
    public init?(bytes: [UInt8]) {
        guard let compact = String(validating: bytes, as: UTF8.self) else { return nil }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]),
            let claims = try? JSONDecoder().decode(BillItem.self, from: Data(payload))
        else { return nil }
        self.compact = compact
        self.claims = claims
    }
}
