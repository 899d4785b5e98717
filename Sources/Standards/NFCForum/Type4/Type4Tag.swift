public import CardCryptography
public import ISO7816

/// An NFC Forum Type 4 Tag: a value that answers commands as the tag does.
///
///     var tag = try Type4Tag(identifier: uid, fileSize: 1_024, message: message)
///     tag.process(Type4Command.selectApplication.command)              // 9000
///     tag.process(Type4Command.selectFile(0xE104).command)             // 9000
///     tag.process(Type4Command.readBinary(offset: 0, length: 2).command)   // NLEN, 9000
///
/// UPDATE BINARY is whole or absent. A writer that follows NLEN := 0, data, NLEN and is torn leaves an empty tag.
public struct Type4Tag: Equatable, Sendable {
    /// What READ and UPDATE BINARY are about.
    enum SelectedFile: Hashable, Sendable {
        case capabilityContainer
        case message
    }

    public let identifier: TagIdentifier
    public private(set) var capabilities: CapabilityContainer
    /// NLEN (2), the message, and whatever stands behind it.
    public private(set) var file: [UInt8]
    /// What the tag puts into its message each time it is read, if it can.
    public private(set) var secureDynamicMessaging: SecureDynamicMessaging?
    /// Changes whenever persistent memory does.
    public private(set) var persistentRevision: UInt64 = 0

    private var isApplicationSelected = false
    private var selected: SelectedFile?
    /// The file as this selection of it reads, with its mirrors in place.
    private var mirrored: [UInt8]?
    private let random: any RandomSource

    /// READ BINARY gives 246 bytes, UPDATE BINARY takes 246: a frame of 256 bytes holds both.
    public static let transferLengthMax = 246
    public static let fileSizes = CapabilityContainer.fileSizes.lowerBound...(Type4Command.offsetMax + 1)

    /// A tag with a message, or empty.
    ///
    /// - Throws: ``Type4TagMakingError``.
    public init(
        identifier: TagIdentifier, fileSize: Int = 1_024, message: NDEFMessage? = nil,
        writeAccess: CapabilityContainer.Access = .free, random: any RandomSource = SystemRandomSource()
    ) throws(Type4TagMakingError) {
        guard Self.fileSizes.contains(fileSize) else { throw .fileSize(fileSize) }
        let bytes = message?.bytes ?? []
        guard bytes.count <= fileSize - 2 else { throw .messageTooLong(bytes.count, max: fileSize - 2) }
        do throws(CapabilityContainerError) {
            capabilities = try CapabilityContainer(
                readLengthMax: Self.transferLengthMax, writeLengthMax: Self.transferLengthMax, fileSize: fileSize,
                writeAccess: writeAccess)
        } catch {
            throw .capabilities(error)
        }
        self.identifier = identifier
        self.random = random
        file = CapabilityContainer.twoBytes(bytes.count) + bytes
        file += Array(repeating: 0, count: fileSize - file.count)
    }

    /// A tag whose message carries a proof of each reading. Nobody can write it.
    ///
    /// - Throws: ``Type4TagMakingError``.
    public init(
        identifier: TagIdentifier, fileSize: Int = 1_024, message: NDEFMessage, layout: SecureDynamicLayout,
        keys: SecureDynamicKeys, counter: UInt32 = 0, random: any RandomSource = SystemRandomSource()
    ) throws(Type4TagMakingError) {
        guard identifier.bytes.count == SecureDynamicMessage.identifierLength else { throw .identifierLength }
        try self.init(
            identifier: identifier, fileSize: fileSize, message: message, writeAccess: .never, random: random)
        do throws(SecureDynamicLayoutError) {
            secureDynamicMessaging = try SecureDynamicMessaging(
                layout: layout, keys: keys, counter: counter, fileSize: fileSize)
        } catch {
            throw .layout(error)
        }
    }

    /// A tag whose address carries a proof of each reading. Nobody can write it.
    ///
    /// - Throws: ``Type4TagMakingError``.
    public init(
        identifier: TagIdentifier, fileSize: Int = 1_024, template: SecureDynamicTemplate, keys: SecureDynamicKeys,
        counter: UInt32 = 0, random: any RandomSource = SystemRandomSource()
    ) throws(Type4TagMakingError) {
        try self.init(
            identifier: identifier, fileSize: fileSize, message: template.message, layout: template.layout, keys: keys,
            counter: counter, random: random)
    }

    /// A tag as it was kept.
    init(
        identifier: TagIdentifier, capabilities: CapabilityContainer, file: [UInt8],
        secureDynamicMessaging: SecureDynamicMessaging?, random: any RandomSource
    ) {
        self.identifier = identifier
        self.capabilities = capabilities
        self.file = file
        self.secureDynamicMessaging = secureDynamicMessaging
        self.random = random
    }

    /// NLEN: the bytes of the message.
    public var messageLength: Int { Int(file[0]) << 8 | Int(file[1]) }

    /// The message as it is kept, before anything is mirrored into it; `nil` when the tag is empty.
    ///
    /// - Throws: ``NDEFDecodingError``.
    public func message() throws(NDEFDecodingError) -> NDEFMessage? {
        let length = messageLength
        guard length > 0 else { return nil }
        return try NDEFMessage(bytes: file[2..<2 + length])
    }

    /// Nobody writes this tag any more.
    public mutating func makeReadOnly() {
        guard capabilities.writeAccess == .free else { return }
        // Only the access changes, to a value that every tag may have.
        guard
            let readOnly = try? CapabilityContainer(
                readLengthMax: capabilities.readLengthMax, writeLengthMax: capabilities.writeLengthMax,
                fileIdentifier: capabilities.fileIdentifier, fileSize: capabilities.fileSize,
                readAccess: capabilities.readAccess, writeAccess: .never)
        else { return }
        capabilities = readOnly
        persistentRevision &+= 1
    }

    /// The field is gone: what was selected is not any more.
    public mutating func reset() {
        isApplicationSelected = false
        selected = nil
        mirrored = nil
    }

    /// The same tag, whatever goes on with it: its memory, not its selection.
    public static func == (left: Type4Tag, right: Type4Tag) -> Bool {
        left.persistentState == right.persistentState && left.isApplicationSelected == right.isApplicationSelected
            && left.selected == right.selected && left.mirrored == right.mirrored
    }
}

// MARK: - Commands

extension Type4Tag {
    /// Executes one command. A refused one changes nothing.
    public mutating func process(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.classByte == 0x00 else { return ResponseAPDU(.classNotSupported) }
        switch command.instruction {
        case Type4Command.selectInstruction: return select(command)
        case Type4Command.readBinaryInstruction: return readBinary(command)
        case Type4Command.updateBinaryInstruction: return updateBinary(command)
        default: return ResponseAPDU(.instructionNotSupported)
        }
    }

    private mutating func select(_ command: CommandAPDU) -> ResponseAPDU {
        switch (command.p1, command.p2) {
        case (0x04, 0x00), (0x04, 0x0C):
            guard command.data == Type4Command.application.bytes else { return ResponseAPDU(.fileNotFound) }
            reset()
            isApplicationSelected = true
            return ResponseAPDU(.success)
        case (0x00, 0x0C):
            guard command.data.count == 2 else { return ResponseAPDU(.wrongLength) }
            guard isApplicationSelected else { return ResponseAPDU(.fileNotFound) }
            switch UInt16(command.data[0]) << 8 | UInt16(command.data[1]) {
            case Type4Command.capabilityContainer: selected = .capabilityContainer
            case capabilities.fileIdentifier: selected = .message
            default: return ResponseAPDU(.fileNotFound)
            }
            mirrored = nil
            return ResponseAPDU(.success)
        default:
            return ResponseAPDU(.incorrectParameters)
        }
    }

    private mutating func readBinary(_ command: CommandAPDU) -> ResponseAPDU {
        guard let selected else { return ResponseAPDU(.commandNotAllowed) }
        // With bit 8, P1 names a file instead of an offset.
        guard command.p1 & 0x80 == 0 else { return ResponseAPDU(.incorrectParameters) }
        guard command.data.isEmpty, let expected = command.expectedLength else { return ResponseAPDU(.wrongLength) }
        let offset = Int(command.p1) << 8 | Int(command.p2)
        guard offset < (selected == .message ? file.count : CapabilityContainer.length) else {
            return ResponseAPDU(.wrongParameters)
        }
        // Le `00` takes whatever comes.
        let takesAll = expected == (command.isExtended ? CommandAPDU.expectedLengthMax : 256)
        guard takesAll || expected <= capabilities.readLengthMax else { return ResponseAPDU(.wrongLength) }
        let bytes: [UInt8]
        switch selected {
        case .capabilityContainer: bytes = capabilities.bytes
        case .message:
            guard capabilities.readAccess == .free, let mirrored = readable() else {
                return ResponseAPDU(.securityStatusNotSatisfied)
            }
            bytes = mirrored
        }
        let data = Array(bytes[offset...].prefix(min(expected, capabilities.readLengthMax)))
        return ResponseAPDU(takesAll || data.count == expected ? .success : Self.endOfFile, data: data)
    }

    /// End of file reached before Ne bytes were read. ISO/IEC 7816-4 Table 6.
    private static let endOfFile: StatusWord = 0x6282

    /// The message file as it reads now. The first reading after a selection counts; the ones that follow read the same.
    private mutating func readable() -> [UInt8]? {
        guard var messaging = secureDynamicMessaging else { return file }
        if let mirrored { return mirrored }
        guard let read = messaging.read(file, of: identifier, random) else { return nil }
        secureDynamicMessaging = messaging
        mirrored = read
        persistentRevision &+= 1
        return read
    }

    private mutating func updateBinary(_ command: CommandAPDU) -> ResponseAPDU {
        guard let selected else { return ResponseAPDU(.commandNotAllowed) }
        guard selected == .message, capabilities.writeAccess == .free else {
            return ResponseAPDU(.securityStatusNotSatisfied)
        }
        guard command.p1 & 0x80 == 0 else { return ResponseAPDU(.incorrectParameters) }
        guard !command.data.isEmpty, command.data.count <= capabilities.writeLengthMax else {
            return ResponseAPDU(.wrongLength)
        }
        let offset = Int(command.p1) << 8 | Int(command.p2)
        guard offset < file.count else { return ResponseAPDU(.wrongParameters) }
        guard offset + command.data.count <= file.count else { return ResponseAPDU(.notEnoughMemory) }
        var written = file
        written.replaceSubrange(offset..<offset + command.data.count, with: command.data)
        // A message that is longer than its file could not be read back.
        guard Int(written[0]) << 8 | Int(written[1]) <= capabilities.messageLengthMax else {
            return ResponseAPDU(.incorrectData)
        }
        file = written
        persistentRevision &+= 1
        return ResponseAPDU(.success)
    }
}

/// Why a tag cannot be made.
public enum Type4TagMakingError: Error, Equatable, Sendable, CustomStringConvertible {
    case fileSize(Int)
    case messageTooLong(Int, max: Int)
    case capabilities(CapabilityContainerError)
    /// Secure dynamic messaging mirrors an identifier of 7 bytes.
    case identifierLength
    case layout(SecureDynamicLayoutError)

    public var description: String {
        switch self {
        case .fileSize(let size):
            "a tag's file has \(Type4Tag.fileSizes.lowerBound) to \(Type4Tag.fileSizes.upperBound) bytes, not \(size)"
        case .messageTooLong(let count, let max): "the message has \(count) bytes, the tag holds \(max)"
        case .capabilities(let error): "\(error)"
        case .identifierLength: "a tag with secure dynamic messaging has an identifier of 7 bytes"
        case .layout(let error): "\(error)"
        }
    }
}
