import ISO7816
import NFCForum

/// What the platform writes into a tag: an address, and a record of its own that binds it to the tag.
///
///     U   https://host/t/reference
///     urn:nfc:ext:seneschal:paytag
///         format 01 (1) | kind (1) | version (4) | merchant (16) | reference (10) | signature (64)
///
/// The signature is over `seneschal:paytag` | 00 | the fields before it | length of the tag's identifier (1) | identifier |
/// address without what changes. So neither the content on another tag nor an address put before it passes.
struct PayTagContent: Hashable, Sendable {
    var address: PayTagAddress
    var binding: Binding
    /// r and s.
    var signature: [UInt8]

    /// The fields that are signed.
    struct Binding: Hashable, Sendable {
        var kind: PayTag.Kind
        var version: UInt32
        var merchant: MerchantID
        var reference: PayTagReference
    }

    static let externalName = "seneschal:paytag"
    /// What a tag may hold that is looked at.
    static let bytesMax = 1_024
    private static let format: UInt8 = 0x01
    private static let signatureLength = 64
    private static let signedLength = 32

    init(address: PayTagAddress, binding: Binding, signature: [UInt8]) {
        self.address = address
        self.binding = binding
        self.signature = signature
    }

    /// - Throws: ``TagRefusal``.
    init(bytes: [UInt8], hosts: Set<String>) throws(TagRefusal) {
        guard bytes.count <= Self.bytesMax else { throw .malformed(reason: "more than \(Self.bytesMax) bytes") }
        let message: NDEFMessage
        do { message = try NDEFMessage(bytes: bytes) } catch { throw .malformed(reason: "\(error)") }
        guard message.records.count == 2, message.records.allSatisfy({ $0.identifier.isEmpty }),
            let uri = try? URIRecord(message.records[0]),
            let external = try? ExternalRecord(message.records[1]), external.name.name == Self.externalName
        else { throw .malformed(reason: "it has an address and a record \(Self.externalName), and nothing else") }
        address = try PayTagAddress(uri.uri, hosts: hosts)
        (binding, signature) = try Self.parts(external.payload)
        guard binding.reference == address.reference else { throw .forged }
        guard (binding.kind == .secureDynamic) == (address.message != nil) else { throw .dynamicMessage }
    }

    private static func parts(_ payload: [UInt8]) throws(TagRefusal) -> (Binding, [UInt8]) {
        guard payload.count == signedLength + signatureLength, payload[0] == format,
            let kind = PayTag.Kind(rawValue: payload[1])
        else { throw .malformed(reason: "the record \(externalName) has another form") }
        let version = payload[2..<6].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let binding = Binding(
            kind: kind, version: version, merchant: MerchantID(bytes: payload[6..<22]),
            reference: PayTagReference(bytes: payload[22..<32]))
        return (binding, Array(payload.suffix(signatureLength)))
    }

    /// The NDEF message, and for a tag that says something anew where it does.
    ///
    /// - Throws: ``MerchantsError/internal(reason:)``.
    func written() throws(MerchantsError) -> (content: [UInt8], mirror: SecureDynamicMirror?) {
        do {
            let own = ExternalRecord(try ExternalTypeName(Self.externalName), payload: binding.bytes + signature)
            switch binding.kind {
            case .fixedContent:
                return (NDEFMessage(URIRecord(address.text).record, own.record).bytes, nil)
            case .secureDynamic:
                let template = SecureDynamicTemplate(uri: address.text, records: [own.record])
                return (template.message.bytes, SecureDynamicMirror(template.layout))
            }
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    /// What is signed for a tag with this identifier.
    static func signedMessage(_ binding: Binding, _ address: PayTagAddress, tagID: [UInt8]) -> [UInt8] {
        Array(externalName.utf8) + [0x00] + binding.bytes + [UInt8(tagID.count)] + tagID + Array(address.text.utf8)
    }
}

extension PayTagContent.Binding {
    fileprivate var bytes: [UInt8] {
        let version = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self.version >> $0) }
        return [0x01, kind.rawValue] + version + merchant.bytes + reference.bytes
    }
}

extension MerchantsIdentifier {
    /// The digits as bytes.
    var bytes: [UInt8] { (try? [UInt8](hex: rawValue.dropFirst(Self.prefix.count))) ?? [] }
}
