public import CardCryptography
import ISO7816

/// Why some bytes are not a tag as it was kept.
public struct Type4TagStateError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
}

extension Type4Tag {
    /// Everything the tag remembers without a field. With secure dynamic messaging its keys are among it: for the tag's own
    /// file only.
    ///
    ///     DF01 identifier | DF02 capability container | DF03 file | DF04 layout, counter and keys, or empty
    public var persistentState: [UInt8] {
        [
            BERTLV(0xDF01, identifier.bytes), BERTLV(0xDF02, capabilities.bytes), BERTLV(0xDF03, file),
            BERTLV(0xDF04, secureDynamicMessaging?.persistentState ?? []),
        ].bytes
    }

    /// - Throws: ``Type4TagStateError`` for anything that no tag keeps.
    public init(
        persistentState bytes: [UInt8], random: any RandomSource = SystemRandomSource()
    ) throws(Type4TagStateError) {
        do {
            var reader = BERTLVReader(bytes)
            let identifier = try reader.next(0xDF01)
            let capabilities = try CapabilityContainer(bytes: try reader.next(0xDF02))
            let file = try reader.next(0xDF03)
            let messaging = try reader.next(0xDF04)
            guard reader.isAtEnd else { throw Type4TagStateError(description: "bytes are left over") }
            guard let identifier = TagIdentifier(identifier) else {
                throw Type4TagStateError(description: "the identifier has a wrong length")
            }
            guard file.count == capabilities.fileSize, Self.fileSizes.contains(file.count),
                Int(file[0]) << 8 | Int(file[1]) <= capabilities.messageLengthMax,
                capabilities.fileIdentifier != Type4Command.capabilityContainer
            else { throw Type4TagStateError(description: "the file does not fit the capability container") }
            let secureDynamicMessaging: SecureDynamicMessaging?
            if messaging.isEmpty {
                secureDynamicMessaging = nil
            } else {
                guard identifier.bytes.count == SecureDynamicMessage.identifierLength else {
                    throw Type4TagStateError(description: "the identifier has a wrong length")
                }
                secureDynamicMessaging = try SecureDynamicMessaging(
                    persistentState: messaging, fileSize: file.count)
            }
            self.init(
                identifier: identifier, capabilities: capabilities, file: file,
                secureDynamicMessaging: secureDynamicMessaging, random: random)
        } catch let error as Type4TagStateError {
            throw error
        } catch {
            throw Type4TagStateError(description: "\(error)")
        }
    }
}
