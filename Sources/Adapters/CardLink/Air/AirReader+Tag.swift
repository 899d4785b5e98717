public import MobileDevice
import NFCForum

extension AirReader {
    /// What a device reads of the tag in the field: who it is, and what it says.
    ///
    /// - Returns: `nil` for an empty tag.
    /// - Throws: `CardUnreachable` without a tag in the field, `Type4TagError` for one that cannot be read.
    public func readTag() async throws -> TagReading? {
        let identifier = try find().identifier
        guard let message = try await Type4TagReader(self).read() else { return nil }
        return TagReading(identifier: identifier, content: message.bytes)
    }
}
