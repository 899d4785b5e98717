public import Logging
import SeneschalAPI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes every log message as one line of JSON: time, level, label, message, and the metadata beside them.
///
/// A line goes out in one write, so that lines of several threads do not mix.
public struct JSONLinesLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level
    private let label: String
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes one line, with its line feed; standard error when absent.
    public init(
        label: String, logLevel: Logger.Level = .info,
        write: @escaping @Sendable (String) -> Void = writeToStandardError
    ) {
        self.label = label
        self.logLevel = logLevel
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var members = [
            JSONMember("time", .string(Timestamp.now.description)), JSONMember("level", .string(event.level.rawValue)),
            JSONMember("label", .string(label)), JSONMember("message", .string("\(event.message)")),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) where !Self.hidden.contains(name) {
            members.append(JSONMember(name, value.json))
        }
        write(JSONValue.object(members).text + "\n")
    }

    /// Hummingbird's own name for what we log as `requestId`.
    private static let hidden: Set<String> = ["hb.request.id"]

    public static let writeToStandardError: @Sendable (String) -> Void = { line in
        var bytes = Array(line.utf8)[...]
        while !bytes.isEmpty {
            // The other Swift libraries import the function under the same name as the parameter of our initializer.
            let count = bytes.withUnsafeBytes { writeBytes(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

private func writeBytes(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, start, count)
}

extension Logger.MetadataValue {
    fileprivate var json: JSONValue {
        switch self {
        case .string(let string): .string(string)
        case .stringConvertible(let value): (value as? Int).map { .integer($0) } ?? .string(value.description)
        case .array(let values): .array(values.map(\.json))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value.json) })
        }
    }
}

extension Timestamp {
    fileprivate static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(secondsSince1970: Int64(time.tv_sec))
    }
}
