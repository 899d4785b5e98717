public import ISO4217
public import ISO7816
public import Instructions
public import JOSE

/// A seller's terminal that puts purchases on the bill of whoever holds a device to it.
///
///     let item = try await terminal.sign(sale, for: channel, at: now)
///     try await terminal.hand(item, to: channel)
///
/// It learns the name of the bill and nothing else of its payer; nothing of it reaches the payer's account.
public struct BillTerminal: Sendable {
    /// The terminal's name at the payment server.
    public let name: String
    public let paymentServer: String
    /// The seller's account.
    public let seller: String
    private let key: NamedPrivateKey
    private let sequence: any ItemSequence

    static let statementSeconds: Int64 = BillItem.lifetimeSecondsMax
    /// Bytes of a description.
    public static let descriptionBytesMax = 128

    public init(
        name: String, paymentServer: String, seller: String, key: NamedPrivateKey, sequence: any ItemSequence
    ) {
        self.name = name
        self.paymentServer = paymentServer
        self.seller = seller
        self.key = key
        self.sequence = sequence
    }

    /// Which bill is open on the device in the field.
    public func openBill(on device: any CardChannel) async throws(BillTerminalError) -> OpenBill {
        let answer = try await send(BillCommand.select, to: device)
        switch answer.statusWord {
        case .success: break
        case .fileNotFound, .conditionsOfUseNotSatisfied: throw .noOpenBill
        default: throw .refused(answer.statusWord)
        }
        guard let bill = OpenBill(selection: answer.data) else { throw .malformed }
        return bill
    }

    /// Signs an item for the bill that is open on the device in the field.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: the item, to be handed over; kept until it was, it can be handed over again.
    public func sign(
        _ sale: Sale, for device: any CardChannel, at now: Int64
    ) async throws(BillTerminalError) -> SignedItem {
        let bill = try await openBill(on: device)
        return try await sign(sale, for: bill, at: now)
    }

    /// Signs an item for a bill.
    public func sign(_ sale: Sale, for bill: OpenBill, at now: Int64) async throws(BillTerminalError) -> SignedItem {
        guard sale.amount.minorUnits > 0, sale.amount.currency == bill.currency,
            (1...Self.descriptionBytesMax).contains(sale.description.utf8.count)
        else { throw .sale }
        let number: Int64
        do { number = try await sequence.next() } catch { throw .sequence(error) }
        let item = BillItem(
            iss: name, aud: paymentServer, jti: "\(name)-\(number)", iat: now, exp: now + Self.statementSeconds,
            bill: bill.bill, sequence: number, seller: seller, description: sale.description,
            amount: sale.amount.minorUnits, currency: sale.amount.currency)
        return SignedItem(bill: bill, sequence: number, compact: try signed(item))
    }

    /// Hands an item to the device in the field. The same item may be handed over again after a lost answer.
    public func hand(_ item: SignedItem, to device: any CardChannel) async throws(BillTerminalError) {
        guard try await openBill(on: device) == item.bill else { throw .otherBill }
        var answer = ResponseAPDU(.success)
        for command in BillCommand.putItem(item.compact) {
            answer = try await send(command, to: device)
            guard answer.statusWord == .success else { throw .refused(answer.statusWord) }
        }
        guard answer.data == BillCommand.receipt(of: Array(item.compact.utf8)) else { throw .malformed }
    }

    /// Takes an item off the bill again: signed, for the device to deliver or for the terminal's own way to the server.
    public func signRemoval(of item: SignedItem, at now: Int64) throws(BillTerminalError) -> String {
        try signed(
            BillItemRemoval(
                iss: name, aud: paymentServer, jti: "\(name)-\(item.sequence)-off", iat: now,
                exp: now + BillItemRemoval.lifetimeSecondsMax, bill: item.bill.bill, sequence: item.sequence))
    }

    private func send(
        _ command: CommandAPDU, to device: any CardChannel
    ) async throws(BillTerminalError) -> ResponseAPDU {
        do { return try await device.transmitCollecting(command) } catch { throw .deviceRemoved(error) }
    }

    private func signed(_ statement: some Statement) throws(BillTerminalError) -> String {
        do { return try statement.signed(with: key) } catch { throw .key }
    }
}

/// What was sold.
public struct Sale: Hashable, Sendable, Codable {
    /// 1 to 128 bytes.
    public var description: String
    public var amount: Money

    public init(_ description: String, _ amount: Money) {
        self.description = description
        self.amount = amount
    }
}

/// An item that a terminal has signed: what it keeps until a device has it.
public struct SignedItem: Hashable, Sendable, Codable {
    public let bill: OpenBill
    public let sequence: Int64
    /// A signed `BillItem`.
    public let compact: String
}

/// Why a terminal could not put a purchase on a bill.
public enum BillTerminalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The device left the field. Hold it to the terminal again: an item that was signed can be handed over again.
    case deviceRemoved(CardUnreachable)
    /// There is no device with a bill, or none is open on it.
    case noOpenBill
    /// Another bill is open than the one that the item was signed for.
    case otherBill
    case refused(StatusWord)
    /// The device's answer cannot be used.
    case malformed
    /// The amount is not above zero, not in the bill's currency, or the description has not 1 to 128 bytes.
    case sale
    case sequence(ItemSequenceError)
    /// The terminal's key does not sign.
    case key

    public var description: String {
        switch self {
        case .deviceRemoved(let error): "the device was removed: \(error.reason)"
        case .noOpenBill: "no bill is open on the device"
        case .otherBill: "another bill is open on the device"
        case .refused(let status): "the device answered \(status)"
        case .malformed: "the device's answer cannot be used"
        case .sale: "a sale has an amount above zero in the bill's currency and a description of 1 to 128 bytes"
        case .sequence(let error): "the item cannot be counted: \(error)"
        case .key: "the terminal's key does not sign"
        }
    }
}
