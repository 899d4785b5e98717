/// One step of an Order, told apart by `ramCommandType`. GP SERAM 2.0, schema `ramCommand`.
public enum RAMCommand: Hashable, Sendable {
    /// The remote management session starts.
    case start
    /// Commands for the secure element.
    case secureElement(SERAMCommand)
    /// A text for the device application, with a meaning that the two agree on.
    case notification(String)
    /// The remote management session ends.
    case stop
}

extension RAMCommand {
    /// Commands for the secure element, from their parts.
    public static func secureElement(_ apdus: [HexAPDU], stopAtFirstRefusal: Bool? = nil) -> RAMCommand {
        .secureElement(SERAMCommand(listOfCAPDU: apdus, stopAtFirstRefusal: stopAtFirstRefusal))
    }
}

/// An ordered list of command APDUs for the secure element. GP SERAM 2.0, schema `seRamCommand`.
public struct SERAMCommand: Hashable, Sendable, Codable {
    public var listOfCAPDU: [HexAPDU]
    /// Extension: the agent stops this list at the first status other than `9000`, `61xx`, `62xx` and `6310`.
    /// Later lists of the same Order are still run. Absent or `false`: every APDU is sent, as SERAM has it.
    public var stopAtFirstRefusal: Bool?

    public init(listOfCAPDU: [HexAPDU], stopAtFirstRefusal: Bool? = nil) {
        self.listOfCAPDU = listOfCAPDU
        self.stopAtFirstRefusal = stopAtFirstRefusal
    }
}

extension RAMCommand: Codable {
    private enum CodingKeys: String, CodingKey {
        case ramCommandType, listOfCAPDU, stopAtFirstRefusal, deviceAppNotification
    }

    /// The discriminator's mapping names are sent. The published examples write `startCommand` and `stopCommand`;
    /// those are read as well.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .ramCommandType) {
        case "ramStartCommand", "startCommand": self = .start
        case "seRamCommand": self = .secureElement(try SERAMCommand(from: decoder))
        case "notificationCommand":
            self = .notification(try container.decode(String.self, forKey: .deviceAppNotification))
        case "ramStopCommand", "stopCommand": self = .stop
        case let type:
            throw DecodingError.dataCorruptedError(
                forKey: .ramCommandType, in: container, debugDescription: "no such command: \(type.prefix(64))")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .start:
            try container.encode("ramStartCommand", forKey: .ramCommandType)
        case .secureElement(let command):
            try container.encode("seRamCommand", forKey: .ramCommandType)
            try command.encode(to: encoder)
        case .notification(let text):
            try container.encode("notificationCommand", forKey: .ramCommandType)
            try container.encode(text, forKey: .deviceAppNotification)
        case .stop:
            try container.encode("ramStopCommand", forKey: .ramCommandType)
        }
    }
}
