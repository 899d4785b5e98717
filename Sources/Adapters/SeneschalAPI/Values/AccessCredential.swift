/// The bearer secret of a service provider, an operator or a local agent. It never prints.
public struct AccessCredential: Hashable, Sendable {
    /// For the `Authorization` header and for a file that only its owner reads; for nothing else.
    public let secret: String

    /// - Returns: `nil` unless the secret is 16 to 256 visible ASCII characters, as RFC 6750 §2.1 allows them.
    public init?(secret: String) {
        guard (16...256).contains(secret.utf8.count), secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.secret = secret
    }

    /// The value of the `Authorization` header.
    public var authorization: String { "Bearer \(secret)" }
}

extension AccessCredential: CustomStringConvertible, CustomReflectable {
    public var description: String { "‹credential of \(secret.utf8.count) characters›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
