import CardCryptography
import Instructions

/// Who a platform is: its name, the addresses of its tags, and the payment server that it works with.
public struct PlatformProfile: Sendable {
    /// 1 to 32 lower-case letters, digits and hyphens: `iss` of what it signs.
    public let name: String
    /// The host in the addresses that are written into tags.
    public let tagHost: String
    /// Hosts that the address in a tag may have: ``tagHost``, and those of tags made earlier.
    public let tagHosts: Set<String>
    public let paymentServer: PaymentServer

    /// How long an instruction holds.
    public static let instructionSeconds: Int64 = 600
    public static let tagHostBytesMax = 48

    /// The payment server: `aud` of instructions, and the keys that it signs results with.
    public struct PaymentServer: Sendable {
        public var name: String
        public var keys: [StatementKey]

        public init(name: String, keys: [StatementKey]) {
            self.name = name
            self.keys = keys
        }
    }

    /// - Throws: ``MerchantsError/invalid(field:reason:)``.
    public init(
        name: String, tagHost: String, earlierTagHosts: [String] = [], paymentServer: PaymentServer
    ) throws(MerchantsError) {
        guard Self.isName(name) else {
            throw .invalid(field: "name", reason: "1 to 32 lower-case letters, digits and hyphens")
        }
        guard Self.isName(paymentServer.name), (1...8).contains(paymentServer.keys.count) else {
            throw .invalid(field: "paymentServer", reason: "a name like the platform's, and 1 to 8 keys")
        }
        guard ([tagHost] + earlierTagHosts).allSatisfy(Self.isHost) else {
            throw .invalid(
                field: "tagHost", reason: "a host name of at most \(Self.tagHostBytesMax) lower-case characters")
        }
        self.name = name
        self.tagHost = tagHost
        tagHosts = Set([tagHost] + earlierTagHosts)
        self.paymentServer = paymentServer
    }

    static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { isLowercase($0) || isDigit($0) || $0 == 0x2D }
    }

    /// Labels of letters, digits and hyphens (RFC 1123 §2.1), one point between two of them.
    private static func isHost(_ text: String) -> Bool {
        (1...tagHostBytesMax).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { isLowercase($0) || isDigit($0) || $0 == 0x2D }
            }
    }
}

/// The public half of a key that another party signs statements with.
public struct StatementKey: Hashable, Sendable, Codable {
    /// `kid` in the header of what is signed: 1 to 64 visible ASCII characters.
    public var name: String
    /// P-256, as a SubjectPublicKeyInfo in PEM.
    public var publicKey: String

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` for another name, or what is no such key.
    public init(name: String, publicKey: String) throws(MerchantsError) {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid(field: "keyName", reason: "1 to 64 visible ASCII characters")
        }
        guard let key = try? ECPublicKey(pem: publicKey), key.curve == .p256 else {
            throw .invalid(field: "publicKey", reason: "a P-256 public key in PEM (SubjectPublicKeyInfo)")
        }
        self.name = name
        self.publicKey = publicKey
    }

    var key: ECPublicKey? { try? ECPublicKey(pem: publicKey) }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
func isLowercase(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

/// A text that people read: 1 to `bytesMax` bytes, no control characters, no spaces around it.
func legible(_ text: String, field: String, bytesMax: Int) throws(MerchantsError) -> String {
    guard (1...bytesMax).contains(text.utf8.count), text.first != " ", text.last != " ",
        !text.unicodeScalars.contains(where: { [.control, .lineSeparator].contains($0.properties.generalCategory) })
    else { throw .invalid(field: field, reason: "1 to \(bytesMax) bytes without control characters") }
    return text
}

/// A name by which machines know something: 1 to `bytesMax` visible ASCII characters.
func visible(_ text: String, field: String, bytesMax: Int) throws(MerchantsError) -> String {
    guard (1...bytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .invalid(field: field, reason: "1 to \(bytesMax) visible ASCII characters")
    }
    return text
}
