import CardCryptography

/// The key of a request: whose it is, and what exactly was asked.
public struct RequestKey: Hashable, Sendable {
    /// Who asks, and for what kind of thing.
    public var scope: String
    public var key: String
    /// SHA-256 of the request.
    public var digest: [UInt8]

    public init(scope: String, key: String, digest: [UInt8]) {
        self.scope = scope
        self.key = key
        self.digest = digest
    }

    /// The key of a request that is told by its fields.
    public init(scope: String, key: String, fields: [String]) {
        self.init(scope: scope, key: key, digest: Self.digest(of: fields))
    }

    /// SHA-256 over the fields, each with its length before it, so that no two lists have one digest.
    public static func digest(of fields: [String]) -> [UInt8] {
        var digest = Digest(.sha256)
        for field in fields {
            let bytes = Array(field.utf8)
            digest.update(withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) } + bytes)
        }
        return digest.finalize()
    }

    var name: String { "\(scope)/\(key)" }
}
