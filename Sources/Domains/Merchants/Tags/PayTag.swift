import NFCForum

/// A tag at a merchant's counter, as the platform knows it.
public struct PayTag: Hashable, Sendable, Codable {
    public var reference: PayTagReference
    /// What the tag itself says that it is: four, seven or ten bytes (ISO/IEC 14443-3).
    public var tagID: [UInt8]
    public var merchant: MerchantID
    public var place: Place
    /// In minor units of the merchant's currency; `nil` leaves it to the payer.
    public var amount: Int64?
    public var kind: Kind
    /// How often it was made, from 1: content of an earlier time is refused.
    public var version: UInt32
    public var state: State
    /// The counter of the last reading, of a tag that counts; `nil` before the first.
    public var lastCounter: Int64?
    /// The NDEF message that was written into it.
    public var content: [UInt8]
    public var madeAt: Int64

    /// Where it hangs.
    public struct Place: Hashable, Sendable, Codable {
        /// What payers see, such as `Table 4`.
        public var label: String
        /// The merchant's own name of the place.
        public var terminal: String?

        public static let labelBytesMax = 60
        public static let terminalBytesMax = 32

        /// - Throws: ``MerchantsError/invalid(field:reason:)``.
        public init(label: String, terminal: String? = nil) throws(MerchantsError) {
            self.label = try legible(label, field: "label", bytesMax: Self.labelBytesMax)
            if let terminal {
                self.terminal = try visible(terminal, field: "terminal", bytesMax: Self.terminalBytesMax)
            } else {
                self.terminal = nil
            }
        }
    }

    /// Whether a tag says the same at every reading.
    public enum Kind: UInt8, Hashable, Sendable, Codable, CaseIterable {
        case fixedContent = 0x00
        /// Secure dynamic messaging: identifier and counter, encrypted and authenticated anew (NTAG 424 DNA).
        case secureDynamic = 0x01
    }

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case active, disabled
        /// For good.
        case revoked

        public func canBecome(_ next: State) -> Bool { self != .revoked || next == .revoked }
    }

    public static let tagIDLengths: Set<Int> = [4, 7, 10]
    /// Tags with secure dynamic messaging have the identifier of ISO/IEC 14443-3 with seven bytes.
    public static let dynamicTagIDLength = 7
    /// In minor units.
    public static let amountMax: Int64 = 1_000_000_000_000

    public init(
        reference: PayTagReference, tagID: [UInt8], merchant: MerchantID, place: Place, amount: Int64?, kind: Kind,
        version: UInt32, state: State, lastCounter: Int64?, content: [UInt8], madeAt: Int64
    ) {
        self.reference = reference
        self.tagID = tagID
        self.merchant = merchant
        self.place = place
        self.amount = amount
        self.kind = kind
        self.version = version
        self.state = state
        self.lastCounter = lastCounter
        self.content = content
        self.madeAt = madeAt
    }
}

/// A tag as a device asks for it to be made: it has read the tag's identifier.
public struct PayTagOrder: Hashable, Sendable {
    public let tagID: [UInt8]
    public let merchant: MerchantID
    public let place: PayTag.Place
    public let amount: Int64?
    public let kind: PayTag.Kind

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` naming the field.
    public init(
        tagID: [UInt8], merchant: MerchantID, place: PayTag.Place, amount: Int64? = nil,
        kind: PayTag.Kind = .fixedContent
    ) throws(MerchantsError) {
        guard PayTag.tagIDLengths.contains(tagID.count) else {
            throw .invalid(field: "tagID", reason: "4, 7 or 10 bytes")
        }
        guard kind == .fixedContent || tagID.count == PayTag.dynamicTagIDLength else {
            throw .invalid(field: "tagID", reason: "a tag with secure dynamic messaging has 7 bytes")
        }
        if let amount, !(1...PayTag.amountMax).contains(amount) {
            throw .invalid(field: "amount", reason: "1 to \(PayTag.amountMax) minor units")
        }
        self.tagID = tagID
        self.merchant = merchant
        self.place = place
        self.amount = amount
        self.kind = kind
    }
}

/// What a device writes into the tag that it has asked for.
public struct MadeTag: Hashable, Sendable, Codable {
    public var tag: PayTag
    /// Where the tag puts what it says anew, for one that does.
    public var mirror: SecureDynamicMirror?
}

/// Where a tag writes what it says anew at every reading: offsets in the NDEF file, whose first two bytes are the length
/// of the message (NTAG 424 DNA, file settings).
public struct SecureDynamicMirror: Hashable, Sendable, Codable {
    /// `PICCDataOffset`: 32 hexadecimal digits.
    public var piccDataOffset: Int
    /// `SDMMACInputOffset`: from there to ``macOffset`` goes into the MAC.
    public var macInputOffset: Int
    /// `SDMMACOffset`: 16 hexadecimal digits.
    public var macOffset: Int

    init?(_ layout: SecureDynamicLayout) {
        guard case .encrypted(let offset) = layout.picc else { return nil }
        piccDataOffset = offset
        macInputOffset = layout.macInputOffset
        macOffset = layout.macOffset
    }
}
