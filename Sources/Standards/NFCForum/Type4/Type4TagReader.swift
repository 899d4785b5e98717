public import ISO7816

/// The reader's side of a Type 4 Tag, over any card channel. NFC Forum Type 4 Tag 2.0 §5.5.
///
///     let reader = Type4TagReader(channel)
///     let message = try await reader.read()          // nil when the tag is empty
///     try await reader.write(NDEFMessage(URIRecord("https://pay.example/t/1").record))
public struct Type4TagReader: Sendable {
    private let channel: any CardChannel

    public init(_ channel: any CardChannel) { self.channel = channel }

    /// The most bytes that one short command reads or writes.
    private static let transferLengthMax = 255

    /// The message on the tag; `nil` when there is none.
    ///
    /// - Throws: ``Type4TagError``.
    public func read() async throws(Type4TagError) -> NDEFMessage? {
        let capabilities = try await detect()
        guard capabilities.readAccess == .free else { throw .notReadable }
        let length = try await readLength(capabilities)
        guard length > 0 else { return nil }
        let bytes = try await read(2..<2 + length, capabilities)
        do throws(NDEFDecodingError) { return try NDEFMessage(bytes: bytes) } catch { throw .malformedMessage(error) }
    }

    /// Writes a message: NLEN := 0, the data, NLEN. What is torn in between leaves an empty tag, and `write` says so.
    ///
    /// - Throws: ``Type4TagError``.
    public func write(_ message: NDEFMessage) async throws(Type4TagError) {
        let bytes = message.bytes
        let capabilities = try await writable()
        guard bytes.count <= capabilities.messageLengthMax, 2 + bytes.count <= Type4Command.offsetMax + 1 else {
            throw .messageTooLong(bytes.count, max: min(capabilities.messageLengthMax, Type4Command.offsetMax - 1))
        }
        try await update(offset: 0, [0, 0])
        let step = min(capabilities.writeLengthMax, Self.transferLengthMax)
        for start in stride(from: 0, to: bytes.count, by: step) {
            try await update(offset: 2 + start, Array(bytes[start..<min(start + step, bytes.count)]))
        }
        try await update(offset: 0, CapabilityContainer.twoBytes(bytes.count))
    }

    /// Makes the tag empty.
    ///
    /// - Throws: ``Type4TagError``.
    public func erase() async throws(Type4TagError) {
        _ = try await writable()
        try await update(offset: 0, [0, 0])
    }

    /// What the tag says about itself; its message file is selected then.
    ///
    /// - Throws: ``Type4TagError``.
    public func detect() async throws(Type4TagError) -> CapabilityContainer {
        let selection = try await transmit(.selectApplication)
        guard selection.statusWord.isSuccess else { throw .notAType4Tag(selection.statusWord) }
        try await expectSuccess(.selectFile(Type4Command.capabilityContainer))
        let bytes = try await readExactly(offset: 0, CapabilityContainer.length)
        let capabilities: CapabilityContainer
        do throws(CapabilityContainerError) { capabilities = try CapabilityContainer(bytes: bytes) } catch {
            throw .malformedCapabilities(error)
        }
        try await expectSuccess(.selectFile(capabilities.fileIdentifier))
        return capabilities
    }
}

// MARK: - Steps

extension Type4TagReader {
    private func writable() async throws(Type4TagError) -> CapabilityContainer {
        let capabilities = try await detect()
        guard capabilities.writeAccess == .free else { throw .readOnly }
        return capabilities
    }

    private func readLength(_ capabilities: CapabilityContainer) async throws(Type4TagError) -> Int {
        let bytes = try await readExactly(offset: 0, 2)
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        guard length <= capabilities.messageLengthMax else {
            throw .lengthBeyondFile(length, max: capabilities.messageLengthMax)
        }
        return length
    }

    private func read(
        _ range: Range<Int>, _ capabilities: CapabilityContainer
    ) async throws(Type4TagError) -> [UInt8] {
        guard range.upperBound <= Type4Command.offsetMax + 1 else {
            throw .lengthBeyondFile(range.count, max: Type4Command.offsetMax - 1)
        }
        let step = min(capabilities.readLengthMax, Self.transferLengthMax)
        var bytes: [UInt8] = []
        for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            bytes += try await readExactly(offset: start, min(step, range.upperBound - start))
        }
        return bytes
    }

    private func readExactly(offset: Int, _ length: Int) async throws(Type4TagError) -> [UInt8] {
        let command = Type4Command.readBinary(offset: offset, length: length)
        let response = try await expectSuccess(command)
        guard response.data.count == length else {
            throw .wrongAnswerLength(command, expected: length, found: response.data.count)
        }
        return response.data
    }

    private func update(offset: Int, _ data: [UInt8]) async throws(Type4TagError) {
        try await expectSuccess(.updateBinary(offset: offset, data: data))
    }

    @discardableResult
    private func expectSuccess(_ command: Type4Command) async throws(Type4TagError) -> ResponseAPDU {
        let response = try await transmit(command)
        guard response.statusWord == .success else { throw .tagRefused(command, response.statusWord) }
        return response
    }

    private func transmit(_ command: Type4Command) async throws(Type4TagError) -> ResponseAPDU {
        do throws(CardUnreachable) { return try await channel.transmit(command.command) } catch {
            throw .tagUnreachable(error)
        }
    }
}

/// Why a tag could not be read or written.
public enum Type4TagError: Error, Equatable, Sendable, CustomStringConvertible {
    case tagUnreachable(CardUnreachable)
    /// The card has no NDEF Tag Application.
    case notAType4Tag(StatusWord)
    case malformedCapabilities(CapabilityContainerError)
    case tagRefused(Type4Command, StatusWord)
    case wrongAnswerLength(Type4Command, expected: Int, found: Int)
    /// NLEN is more than the file holds.
    case lengthBeyondFile(Int, max: Int)
    case malformedMessage(NDEFDecodingError)
    case notReadable
    case readOnly
    case messageTooLong(Int, max: Int)

    public var description: String {
        switch self {
        case .tagUnreachable(let error): "\(error)"
        case .notAType4Tag(let statusWord): "the card is no Type 4 Tag (\(statusWord))"
        case .malformedCapabilities(let error): "\(error)"
        case .tagRefused(let command, let statusWord): "the tag refused \(command) with \(statusWord)"
        case .wrongAnswerLength(let command, let expected, let found):
            "the tag answered \(command) with \(found) bytes instead of \(expected)"
        case .lengthBeyondFile(let length, let max): "the tag announces a message of \(length) bytes and holds \(max)"
        case .malformedMessage(let error): "the tag's message is malformed: \(error)"
        case .notReadable: "the tag's message must not be read"
        case .readOnly: "the tag is read-only"
        case .messageTooLong(let count, let max): "the message has \(count) bytes, the tag holds \(max)"
        }
    }
}

extension Type4Command: CustomStringConvertible {
    public var description: String {
        switch self {
        case .selectApplication: "SELECT of the NDEF application"
        case .selectFile(let identifier): "SELECT of file \(CapabilityContainer.twoBytes(Int(identifier)).hex)"
        case .readBinary(let offset, let length): "READ BINARY of \(length) bytes at \(offset)"
        case .updateBinary(let offset, let data): "UPDATE BINARY of \(data.count) bytes at \(offset)"
        }
    }
}
