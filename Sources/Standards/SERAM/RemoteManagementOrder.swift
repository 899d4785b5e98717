/// What the remote agent wants done next. GP SERAM 2.0, schema `remoteManagementOrder`; every field is optional.
public struct RemoteManagementOrder: Hashable, Sendable {
    /// Milliseconds the local agent waits before it sends its next message.
    public var delay: Int?
    /// The secure element meant; absent: the one the agent prefers.
    public var chosenSecureElement: SecureElementDescription?
    /// The commands, run one by one.
    public var ramCommands: [RAMCommand]?
    /// Extension: counts the orders for one secure element, strictly upwards from 1, durably at the server.
    /// An agent executes no number twice.
    public var orderNumber: Int?

    /// Commands in one Order, at most.
    public static let commandsMax = 64
    /// APDUs in one Order, at most, over all its commands.
    public static let apdusMax = 4_096

    public init(
        delay: Int? = nil, chosenSecureElement: SecureElementDescription? = nil, ramCommands: [RAMCommand]? = nil,
        orderNumber: Int? = nil
    ) {
        self.delay = delay
        self.chosenSecureElement = chosenSecureElement
        self.ramCommands = ramCommands
        self.orderNumber = orderNumber
    }

    /// The lists of APDUs, in order: the n-th `seRamResponse` of the Report answers the n-th of these.
    public var secureElementCommands: [SERAMCommand] {
        (ramCommands ?? []).compactMap { if case .secureElement(let command) = $0 { command } else { nil } }
    }

    /// Whether the session ends with this Order.
    public var stopsSession: Bool { ramCommands?.contains(.stop) ?? false }
}

extension RemoteManagementOrder: Codable {
    private enum CodingKeys: String, CodingKey { case delay, chosenSecureElement, ramCommands, orderNumber }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        delay = try container.decodeIfPresent(Int.self, forKey: .delay)
        chosenSecureElement = try container.decodeIfPresent(
            SecureElementDescription.self, forKey: .chosenSecureElement)
        ramCommands = try container.decodeIfPresent([RAMCommand].self, forKey: .ramCommands)
        orderNumber = try container.decodeIfPresent(Int.self, forKey: .orderNumber)
        func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: reason)
        }
        guard delay.map({ $0 >= 0 }) ?? true else { throw refuse(.delay, "delay is negative") }
        guard orderNumber.map({ $0 >= 1 }) ?? true else { throw refuse(.orderNumber, "orderNumber starts at 1") }
        guard ramCommands?.count ?? 0 <= Self.commandsMax else {
            throw refuse(.ramCommands, "an Order holds \(Self.commandsMax) commands at most")
        }
        guard secureElementCommands.reduce(0, { $0 + $1.listOfCAPDU.count }) <= Self.apdusMax else {
            throw refuse(.ramCommands, "an Order holds \(Self.apdusMax) APDUs at most")
        }
    }
}
