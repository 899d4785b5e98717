/// Where a tag mirrors what into its message file; offsets count from the file's start, with NLEN. NXP AN12196 §3.2.
public struct SecureDynamicLayout: Hashable, Sendable {
    /// How identifier and counter are mirrored.
    public enum PICCMirror: Hashable, Sendable {
        /// 32 hex digits.
        case encrypted(offset: Int)
        /// 14 hex digits of the identifier, 6 of the counter, the most significant byte first.
        case plain(identifierOffset: Int, counterOffset: Int)
    }

    public let picc: PICCMirror
    /// SDMENCOffset, SDMENCLength: the first half of the hex digits' place is what is encrypted into it.
    public let encryptedFileData: Range<Int>?
    /// SDMMACInputOffset.
    public let macInputOffset: Int
    /// SDMMACOffset: 16 hex digits.
    public let macOffset: Int

    static let piccLength = 32
    static let identifierLength = 14
    static let counterLength = 6
    static let macLength = 16

    public init(picc: PICCMirror, encryptedFileData: Range<Int>? = nil, macInputOffset: Int, macOffset: Int) {
        self.picc = picc
        self.encryptedFileData = encryptedFileData
        self.macInputOffset = macInputOffset
        self.macOffset = macOffset
    }

    /// The places that are written.
    private var places: [Range<Int>] {
        func place(_ offset: Int, _ length: Int) -> Range<Int> { offset..<offset + length }
        let piccPlaces =
            switch picc {
            case .encrypted(let offset): [place(offset, Self.piccLength)]
            case .plain(let identifier, let counter):
                [place(identifier, Self.identifierLength), place(counter, Self.counterLength)]
            }
        return piccPlaces + [encryptedFileData].compactMap { $0 } + [place(macOffset, Self.macLength)]
    }

    /// - Throws: ``SecureDynamicLayoutError`` when places overlap, reach NLEN or lie beyond a file.
    func check(fileSize: Int) throws(SecureDynamicLayoutError) {
        guard macOffset >= 2, macInputOffset >= 2, macInputOffset <= macOffset, macOffset <= fileSize else {
            throw .macInput
        }
        switch picc {
        case .encrypted(let offset): guard (2...fileSize).contains(offset) else { throw .outside }
        case .plain(let identifier, let counter):
            guard (2...fileSize).contains(identifier), (2...fileSize).contains(counter) else { throw .outside }
        }
        if let encryptedFileData {
            guard !encryptedFileData.isEmpty, encryptedFileData.count.isMultiple(of: 32),
                // What is encrypted must be covered by the MAC.
                macInputOffset == macOffset
                    || (encryptedFileData.lowerBound >= macInputOffset && encryptedFileData.upperBound <= macOffset)
            else { throw .fileData }
        }
        let sorted = places.sorted { $0.lowerBound < $1.lowerBound }
        guard sorted.allSatisfy({ $0.lowerBound >= 2 && $0.upperBound <= fileSize }) else { throw .outside }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.overlaps(right) { throw .overlap }
    }
}

/// Why mirrors cannot stand where they should.
public enum SecureDynamicLayoutError: Error, Equatable, Sendable, CustomStringConvertible {
    case outside
    case overlap
    /// The MAC's input starts behind the MAC, or in NLEN.
    case macInput
    /// Encrypted file data has whole blocks of 32 digits, under the MAC.
    case fileData
    case counter

    public var description: String {
        switch self {
        case .outside: "a mirror lies outside the tag's file"
        case .overlap: "two mirrors overlap"
        case .macInput: "the MAC's input does not end where the MAC stands"
        case .fileData: "encrypted file data has 32, 64, … digits before the MAC"
        case .counter: "the counter has three bytes"
        }
    }
}
