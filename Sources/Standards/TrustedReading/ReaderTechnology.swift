/// The kind of card that is polled for.
public enum ReaderTechnology: UInt8, Hashable, Sendable, CaseIterable {
    /// ISO/IEC 14443 type A with ISO-DEP.
    case typeA = 0x01
    /// ISO/IEC 14443 type B with ISO-DEP.
    case typeB = 0x02
}

/// A card that the NFC controller has activated.
public struct ActivatedCard: Hashable, Sendable {
    /// UID: 4, 7 or 10 bytes; PUPI of type B: 4.
    public let identifier: [UInt8]
    /// ATS, at most 254 bytes.
    public let answerToSelect: [UInt8]

    /// - Returns: `nil` for another length of either.
    public init?(identifier: [UInt8], answerToSelect: [UInt8]) {
        guard [4, 7, 10].contains(identifier.count), answerToSelect.count <= 254 else { return nil }
        self.identifier = identifier
        self.answerToSelect = answerToSelect
    }
}

/// Why there is no card any more, or none came.
public enum DeactivationReason: UInt8, Hashable, Sendable, CaseIterable {
    case noCard = 0x01
    /// It was there and stopped answering.
    case cardLost = 0x02
    /// The field was switched off.
    case fieldOff = 0x03
    /// The card's answer is longer than ``TrustedReading/messageLengthMax``.
    case answerTooLong = 0x04
    /// There is no field, or no card that a command could go to.
    case notActivated = 0x05
}
