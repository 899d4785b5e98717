/// The name of an external type, `domain:type`, in lower case: names compare without regard to case. NFC Forum RTD 1.0 §3.3.
public struct ExternalTypeName: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    /// What is wrong with a name.
    public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case length(Int)
        case withoutDomain
        case withoutType
        case notAllowed(UInt8)

        public var description: String {
            switch self {
            case .length(let count): "an external type's name has 255 bytes at most, found \(count)"
            case .withoutDomain: "an external type's name starts with a domain and a colon"
            case .withoutType: "an external type's name has a type behind the colon"
            case .notAllowed(let byte): "byte \(byte) is not allowed in an external type's name"
            }
        }
    }

    /// - Throws: ``Fault``.
    public init(_ name: String) throws(Fault) {
        let bytes = Array(name.utf8)
        guard bytes.count <= NDEFRecord.fieldLengthMax else { throw .length(bytes.count) }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw .withoutDomain }
        guard !parts[1].isEmpty else { throw .withoutType }
        if let bad = bytes.first(where: { !Self.allowed.contains($0) }) { throw .notAllowed(bad) }
        self.name = name.lowercased()
    }

    public var description: String { "urn:nfc:ext:\(name)" }

    /// URN characters of RFC 2141, without escapes.
    private static let allowed = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()+,-:=@;$_!*'.".utf8)
}

/// A payload of somebody's own, under a name in a domain of theirs.
public struct ExternalRecord: Hashable, Sendable {
    public let name: ExternalTypeName
    public let payload: [UInt8]
    public let identifier: [UInt8]

    public init(_ name: ExternalTypeName, payload: [UInt8], identifier: [UInt8] = []) {
        precondition(identifier.count <= NDEFRecord.fieldLengthMax, "a record's ID has 255 bytes at most")
        self.name = name
        self.payload = payload
        self.identifier = identifier
    }

    /// - Throws: ``RecordTypeError``.
    public init(_ record: NDEFRecord) throws(RecordTypeError) {
        guard record.format == .external else { throw .otherType(expected: "external") }
        guard let text = String(validating: record.type, as: UTF8.self) else { throw .notText }
        do throws(ExternalTypeName.Fault) { name = try ExternalTypeName(text) } catch { throw .externalName(error) }
        payload = record.payload
        identifier = record.identifier
    }

    public var record: NDEFRecord {
        NDEFRecord(known: .external, type: Array(name.name.utf8), identifier: identifier, payload: payload)
    }
}

extension NDEFMessage {
    /// The payload of the only record with an external type's name; `nil` when there is none, or more than one.
    public func externalPayload(_ name: ExternalTypeName) -> [UInt8]? {
        let found = records.compactMap { try? ExternalRecord($0) }.filter { $0.name == name }
        return found.count == 1 ? found[0].payload : nil
    }

    /// The URI of the first record, bare or in a smart poster: what a telephone acts upon.
    public var uri: String? {
        if let uri = try? URIRecord(records[0]) { return uri.uri }
        return (try? SmartPoster(records[0]))?.uri
    }
}
