public import Terminal

/// A terminal's count of its bill items in a file: eight bytes, written and synced before a number is given out.
public actor FileItemSequence: ItemSequence {
    private let path: String
    private let lock: FileLock
    private var last: Int64

    /// Opens the file; without one the count begins at 1.
    ///
    /// - Throws: ``FileError``, also when another process counts in it or it is no count.
    public init(path: String) throws(FileError) {
        self.path = path
        lock = try FileLock(on: path)
        guard let bytes = try DurableFile.read(path, bytesMax: 8) else {
            last = 0
            return
        }
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard bytes.count == 8, let last = Int64(exactly: value) else {
            throw FileError(path: path, reason: "holds no count of items")
        }
        self.last = last
    }

    public func next() throws(ItemSequenceError) -> Int64 {
        guard last < .max else { throw ItemSequenceError("all numbers are used") }
        do {
            try DurableFile.replace(path, with: withUnsafeBytes(of: (last + 1).bigEndian) { Array($0) })
        } catch {
            throw ItemSequenceError(error.description)
        }
        last += 1
        return last
    }
}
