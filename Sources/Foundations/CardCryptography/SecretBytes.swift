import COpenSSL

/// Bytes that must not be seen: keys, shared secrets, passphrases.
///
/// They are wiped when the last copy goes away, compare in constant time, print as `‹16 bytes›` and cannot be encoded.
/// Copies share one storage, which never changes after it is filled.
public struct SecretBytes: Sendable {
    private let storage: Storage

    /// Copies `bytes`; the source is the caller's to wipe.
    public init(_ bytes: some Collection<UInt8>) {
        storage = Storage(count: bytes.count)
        storage.bytes.copyBytes(from: bytes)
    }

    /// Lets `fill` write the bytes in place; they start as zeros.
    public init<Failure: Error>(
        count: Int, filling fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        storage = Storage(count: count)
        try fill(storage.bytes)
    }

    /// Fresh bytes from the system's generator.
    public static func random(count: Int) -> SecretBytes {
        SecretBytes(count: count) { fillWithRandomBytes($0) }
    }

    /// Fresh bytes from `source`.
    public static func random(count: Int, from source: any RandomSource) -> SecretBytes {
        SecretBytes(source.bytes(count))
    }

    public var count: Int { storage.bytes.count }
    public var isEmpty: Bool { count == 0 }

    /// The first `length` bytes, or all of them when there are fewer.
    public func prefix(_ length: Int) -> SecretBytes { slice(0..<min(length, count)) }

    /// The bytes in `range`, which lies within `0..<count`.
    public func slice(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies within the secret")
        return SecretBytes(count: range.count) { target in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage.bytes[range]))
        }
    }

    /// Both secrets, one after the other.
    public static func + (left: SecretBytes, right: SecretBytes) -> SecretBytes {
        SecretBytes(count: left.count + right.count) { target in
            target.copyBytes(from: left.storage.bytes)
            UnsafeMutableRawBufferPointer(rebasing: target[left.count...]).copyBytes(from: right.storage.bytes)
        }
    }

    /// Reads the bytes where they are. The pointer is valid only inside `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage.bytes))
    }

    /// The bytes as an ordinary array, which nothing wipes: for handing to an encryption, never to a log.
    public func revealed() -> [UInt8] { withUnsafeBytes { Array($0) } }
}

extension SecretBytes {
    /// The memory of a secret: written once by an initialiser, then only read, therefore safe to share.
    private final class Storage: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer

        init(count: Int) {
            precondition(count >= 0, "a secret has no negative length")
            bytes = .allocate(byteCount: count, alignment: 16)
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }

        deinit {
            OPENSSL_cleanse(bytes.baseAddress, bytes.count)
            bytes.deallocate()
        }
    }
}

extension SecretBytes: Hashable {
    /// Compares in time that depends on the lengths only.
    public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        left.storage === right.storage
            || left.withUnsafeBytes { left in right.withUnsafeBytes { right in constantTimeEqual(left, right) } }
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹\(count) bytes›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
