public import EMV

/// What a device found in its secure element: the records of both universal instances (UPD-09).
public struct SecureElementReport: Hashable, Sendable {
    /// The card image number, in hex.
    public var secureElement: String
    public var records: [Record]

    /// One record, as far as the wallet needs it to recognize it.
    public struct Record: Hashable, Sendable {
        /// 1 or 2.
        public var type: Int
        public var reference: UniversalCardReference
        /// First 8 bytes of the SHA-256 of the record as it was put.
        public var fingerprint: [UInt8]

        public init(type: Int, reference: UniversalCardReference, fingerprint: [UInt8]) {
            self.type = type
            self.reference = reference
            self.fingerprint = fingerprint
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
    public var restored: [UniversalCardReference]
    /// Records that are deleted.
    public var removed: [UniversalCardReference]

    public init(restored: [UniversalCardReference], removed: [UniversalCardReference]) {
        self.restored = restored
        self.removed = removed
    }
}
