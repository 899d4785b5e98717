/// What SA2 asks of the NFC controller, in plain: it travels in a ``LinkSession``.
///
///     01 on (1) | 02 technology (1), milliseconds (2) | 03 command APDU
public enum ControllerCommand: Hashable, Sendable {
    /// RF_FIELD.
    case field(isOn: Bool)
    case poll(ReaderTechnology, milliseconds: UInt16)
    case apdu([UInt8])

    public var bytes: [UInt8] {
        switch self {
        case .field(let isOn): [0x01, isOn ? 0x01 : 0x00]
        case .poll(let technology, let milliseconds):
            [0x02, technology.rawValue, UInt8(milliseconds >> 8), UInt8(milliseconds & 0xFF)]
        case .apdu(let bytes): [0x03] + bytes
        }
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(bytes: [UInt8]) throws(TrustedReadingMessageError) {
        guard let kind = bytes.first else { throw .malformed }
        let rest = Array(bytes.dropFirst())
        switch kind {
        case 0x01:
            guard rest == [0x00] || rest == [0x01] else { throw .malformed }
            self = .field(isOn: rest == [0x01])
        case 0x02:
            guard rest.count == 3, let technology = ReaderTechnology(rawValue: rest[0]) else { throw .malformed }
            self = .poll(technology, milliseconds: UInt16(rest[1]) << 8 | UInt16(rest[2]))
        case 0x03:
            guard (4...TrustedReading.messageLengthMax).contains(rest.count) else { throw .malformed }
            self = .apdu(rest)
        default: throw .malformed
        }
    }
}

/// What the NFC controller tells SA2, in plain.
///
///     81 on (1) | 82 length of UID (1), UID, ATS | 83 response APDU | 84 reason (1)
public enum ControllerEvent: Hashable, Sendable {
    case field(isOn: Bool)
    case activated(ActivatedCard)
    case apdu([UInt8])
    case deactivated(DeactivationReason)

    public var bytes: [UInt8] {
        switch self {
        case .field(let isOn): [0x81, isOn ? 0x01 : 0x00]
        case .activated(let card): [0x82, UInt8(card.identifier.count)] + card.identifier + card.answerToSelect
        case .apdu(let bytes): [0x83] + bytes
        case .deactivated(let reason): [0x84, reason.rawValue]
        }
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(bytes: [UInt8]) throws(TrustedReadingMessageError) {
        guard let kind = bytes.first else { throw .malformed }
        let rest = Array(bytes.dropFirst())
        switch kind {
        case 0x81:
            guard rest == [0x00] || rest == [0x01] else { throw .malformed }
            self = .field(isOn: rest == [0x01])
        case 0x82:
            guard let count = rest.first, rest.count > Int(count),
                let card = ActivatedCard(
                    identifier: Array(rest.dropFirst().prefix(Int(count))),
                    answerToSelect: Array(rest.dropFirst(1 + Int(count))))
            else { throw .malformed }
            self = .activated(card)
        case 0x83:
            guard (2...TrustedReading.messageLengthMax).contains(rest.count) else { throw .malformed }
            self = .apdu(rest)
        case 0x84:
            guard rest.count == 1, let reason = DeactivationReason(rawValue: rest[0]) else { throw .malformed }
            self = .deactivated(reason)
        default: throw .malformed
        }
    }
}

/// Some bytes are no message of a trusted reading.
public enum TrustedReadingMessageError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed

    public var description: String { "the bytes are no message of a trusted reading" }
}
