import ISO7816

/// A tag's own number, its UID: 4, 7 or 10 bytes. ISO/IEC 14443-3 §6.5.4.
///
/// It names a tag and proves nothing: whoever makes a tag can give it any number.
public struct TagIdentifier: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// - Returns: `nil` for any other length.
    public init?(_ bytes: some Collection<UInt8>) {
        guard [4, 7, 10].contains(bytes.count) else { return nil }
        self.bytes = Array(bytes)
    }

    public var description: String { bytes.hex }
}
