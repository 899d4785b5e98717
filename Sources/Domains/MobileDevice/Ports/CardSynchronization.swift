import ISO7816

/// What a device found in its secure element: the records of both universal instances (UPD-09).
public struct SecureElementReport: Hashable, Sendable {
    /// The card image number, in hex.
    public var secureElement: String
    public var records: [Record]

    /// One record, as far as the wallet needs it to recognize it.
    public struct Record: Hashable, Sendable {
        /// 1 or 2.
        public var type: Int
        public var reference: CardRecordReference
        /// First 8 bytes of the SHA-256 of the record as it was put.
        public var digest: [UInt8]

        public init(type: Int, reference: CardRecordReference, digest: [UInt8]) {
            self.type = type
            self.reference = reference
            self.digest = digest
        }
    }

    public init(secureElement: String, records: [Record]) {
        self.secureElement = secureElement
        self.records = records
    }
}

/// What the wallet does about it.
public struct SynchronizationReply: Hashable, Sendable {
    /// Nothing had to be done.
    public var isSynchronous: Bool { restored.isEmpty && removed.isEmpty }
    /// Records that are loaded again, through the central TSM.
    public var restored: [CardRecordReference]
    /// Records that are deleted.
    public var removed: [CardRecordReference]

    public init(restored: [CardRecordReference], removed: [CardRecordReference]) {
        self.restored = restored
        self.removed = removed
    }
}

/// The reference of a card record: 8 bytes, the *card transaction identifier*.
public struct CardRecordReference: Hashable, Sendable, Codable, CustomStringConvertible {
    public let bytes: [UInt8]

    public static let length = 8

    /// - Returns: `nil` for anything but 8 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }

    /// Upper-case hex digits.
    public var description: String { bytes.hex }
}
