import NFCForum

/// The address in a tag: `https://host/t/reference`, and behind it what a tag with secure dynamic messaging says anew.
struct PayTagAddress: Hashable, Sendable {
    var host: String
    var reference: PayTagReference
    var message: SecureDynamicMessage?

    static let uriBytesMax = 256
    private static let (scheme, path) = ("https://", "/t/")

    init(host: String, reference: PayTagReference) {
        self.host = host
        self.reference = reference
    }

    /// Reads exactly what ``text`` and a mirroring tag write: no port, no user, no escapes, nothing behind.
    ///
    /// - Throws: ``TagRefusal/foreignAddress`` for a host that is not one of `hosts`, ``TagRefusal/malformed(reason:)``.
    init(_ uri: String, hosts: Set<String>) throws(TagRefusal) {
        guard uri.utf8.count <= Self.uriBytesMax, uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            uri.hasPrefix(Self.scheme)
        else { throw .foreignAddress }
        let host = String(uri.dropFirst(Self.scheme.count).prefix { $0 != "/" })
        guard hosts.contains(host) else { throw .foreignAddress }
        var base = uri
        if uri.contains("?") {
            do {
                message = try SecureDynamicMessage(uri: uri)
                base = try SecureDynamicMessage.baseURI(of: uri)
            } catch {
                throw .malformed(reason: "\(error)")
            }
        }
        let named = String(base.suffix(PayTagReference.digitCount))
        guard let reference = PayTagReference(rawValue: named), base == Self.scheme + host + Self.path + named else {
            throw .malformed(reason: "the address names no tag")
        }
        self.host = host
        self.reference = reference
    }

    /// Without what changes.
    var text: String { Self.scheme + host + Self.path + reference.rawValue }
}
