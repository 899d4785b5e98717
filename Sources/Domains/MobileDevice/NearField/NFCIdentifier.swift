public import CardCryptography

/// The UID that a card answers anticollision with. ISO/IEC 14443-3 §6.5.4.
public enum NFCIdentifier: Hashable, Sendable {
    /// Double size: 7 bytes, the first one names the maker of the chip.
    case double([UInt8])
    /// Single size and random: 4 bytes, `08` first. Nobody can be followed by it.
    case random([UInt8])

    /// The cascade tag: the UID goes on at the next level.
    static let cascadeTag: UInt8 = 0x88
    private static let randomTag: UInt8 = 0x08

    /// A fixed identifier of double size.
    ///
    /// - Returns: `nil` for anything but 7 bytes, or for a first byte that means something else.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 7, let first = bytes.first, first != Self.cascadeTag, first != Self.randomTag else {
            return nil
        }
        self = .double(Array(bytes))
    }

    /// A fresh random identifier, as telephones use one each time the field comes on.
    public init(random source: any RandomSource) {
        self = .random([Self.randomTag] + source.bytes(3))
    }

    public var bytes: [UInt8] {
        switch self {
        case .double(let bytes), .random(let bytes): bytes
        }
    }

    /// ATQA as it is sent: the size of the UID in b8 b7 of the first byte, bit frame anticollision.
    var answerToRequest: [UInt8] {
        switch self {
        case .double: [0x44, 0x03]
        case .random: [0x04, 0x03]
        }
    }

    /// What answers at each cascade level: four bytes and their check byte (BCC).
    var cascadeLevels: [[UInt8]] {
        switch self {
        case .double(let bytes): [[Self.cascadeTag] + bytes[..<3], Array(bytes[3...])].map(Self.checked)
        case .random(let bytes): [Self.checked(bytes)]
        }
    }

    static func checked(_ bytes: [UInt8]) -> [UInt8] { bytes + [bytes.reduce(0, ^)] }
}
