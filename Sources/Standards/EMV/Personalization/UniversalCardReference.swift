import ISO7816

/// The eight bytes that a card record of a universal card is known by in its secure element.
public struct UniversalCardReference: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public static let length = 8

    /// - Returns: `nil` for another length.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    public var description: String { bytes.hex }
}

/// The data grouping that removes a card record: `C0` reference (8).
public enum UniversalCardDeletion {
    public static let identifier: UInt16 = 0xA101

    public static func grouping(for reference: UniversalCardReference) -> PersonalizationGrouping {
        PersonalizationGrouping(identifier, BERTLV(UniversalCardRecord.Tag.reference, reference.bytes).bytes)
    }

    /// Reads the data of grouping A101.
    ///
    /// - Throws: ``UniversalCardRecordError``.
    public static func reference(in bytes: [UInt8]) throws(UniversalCardRecordError) -> UniversalCardReference {
        do {
            var reader = BERTLVReader(bytes)
            let value = try reader.next(UniversalCardRecord.Tag.reference)
            guard reader.isAtEnd else { throw BERTLVDecodingError.trailingBytes(offset: reader.offset) }
            guard let reference = UniversalCardReference(value) else {
                throw UniversalCardRecordError.length(UniversalCardRecord.Tag.reference, value.count)
            }
            return reference
        } catch {
            throw UniversalCardRecordError(error)
        }
    }
}
