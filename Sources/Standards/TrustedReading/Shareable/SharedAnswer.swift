/// What SA2 answers SA1 inside the card.
///
///     00 | 01 ControllerEvent | 10 | 11 | 12 failure (1) | 13
public enum SharedAnswer: Hashable, Sendable {
    case done
    /// The bytes of a ``ControllerEvent``, which SA1 hands on in pieces.
    case event([UInt8])
    case pending
    case outOfTurn
    case failed(LinkFailure)
    case busy

    public var bytes: [UInt8] {
        switch self {
        case .done: [0x00]
        case .event(let bytes): [0x01] + bytes
        case .pending: [0x10]
        case .outOfTurn: [0x11]
        case .failed(let failure): [0x12, failure.rawValue]
        case .busy: [0x13]
        }
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(bytes: [UInt8]) throws(TrustedReadingMessageError) {
        guard let code = bytes.first else { throw .malformed }
        switch (code, bytes.count) {
        case (0x00, 1): self = .done
        case (0x01, 2...): self = .event(Array(bytes.dropFirst()))
        case (0x10, 1): self = .pending
        case (0x11, 1): self = .outOfTurn
        case (0x12, 2):
            guard let failure = LinkFailure(rawValue: bytes[1]) else { throw .malformed }
            self = .failed(failure)
        case (0x13, 1): self = .busy
        default: throw .malformed
        }
    }
}
