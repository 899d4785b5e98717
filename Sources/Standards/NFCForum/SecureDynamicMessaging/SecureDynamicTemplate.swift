import ISO7816

/// A tag's address with room for what the tag mirrors into it, `…?picc=…&cmac=…`, and how a server reads it back.
///
///     let template = SecureDynamicTemplate(uri: "https://pay.example/t/1")
///     template.message                       // goes on the tag, zeros where it mirrors
///     try SecureDynamicMessage(uri: "https://pay.example/t/1?picc=EF96…&cmac=94EE…")
///
/// The MAC is over the address from its beginning (behind the URI's prefix) to the MAC itself: who changes where the
/// address leads loses the proof.
public struct SecureDynamicTemplate: Hashable, Sendable {
    /// With the mirrors' places as zeros.
    public let message: NDEFMessage
    public let layout: SecureDynamicLayout

    static let piccParameter = "picc="
    static let macParameter = "cmac="

    /// - Parameters:
    ///   - uri: the tag's address; a query that it has is kept.
    ///   - records: further records behind the address.
    public init(uri: String, records: [NDEFRecord] = []) {
        let start = uri + (uri.contains("?") ? "&" : "?") + Self.piccParameter
        let middle = "&" + Self.macParameter
        let zeros = { (count: Int) in String(repeating: "0", count: count) }
        let record = URIRecord(
            start + zeros(SecureDynamicLayout.piccLength) + middle + zeros(SecureDynamicLayout.macLength))
        // There is one record at least.
        message = NDEFMessage([record.record] + records) ?? .empty
        let text = record.record.payload.count - 1
        // NLEN, flags, type length, payload length (1 or 4), type, identifier code.
        let textOffset = 2 + 2 + (record.record.payload.count > 0xFF ? 4 : 1) + 1 + 1
        let macOffset = textOffset + text - SecureDynamicLayout.macLength
        let piccOffset = macOffset - middle.utf8.count - SecureDynamicLayout.piccLength
        layout = SecureDynamicLayout(
            picc: .encrypted(offset: piccOffset), macInputOffset: textOffset, macOffset: macOffset)
    }
}

extension SecureDynamicMessage {
    /// Reads what a tag with a ``SecureDynamicTemplate`` mirrored into its address.
    ///
    /// - Throws: ``SecureDynamicMessageError/parameter(_:)``.
    public init(uri: String) throws(SecureDynamicMessageError) {
        let text = Array(URIRecord(uri).abbreviated.rest.utf8)
        let macDigits = text.suffix(SecureDynamicLayout.macLength)
        let input = text.dropLast(SecureDynamicLayout.macLength)
        let macName = Array(("&" + SecureDynamicTemplate.macParameter).utf8)
        guard input.suffix(macName.count).elementsEqual(macName), let mac = Self.bytes(macDigits) else {
            throw .parameter("cmac")
        }
        let beforeMAC = input.dropLast(macName.count)
        let piccDigits = beforeMAC.suffix(SecureDynamicLayout.piccLength)
        let piccName = Array(SecureDynamicTemplate.piccParameter.utf8)
        let beforePICC = beforeMAC.dropLast(SecureDynamicLayout.piccLength)
        guard beforePICC.suffix(piccName.count).elementsEqual(piccName),
            let separator = beforePICC.dropLast(piccName.count).last,
            separator == UInt8(ascii: "?") || separator == UInt8(ascii: "&"), let picc = Self.bytes(piccDigits)
        else { throw .parameter("picc") }
        self.init(piccData: .encrypted(picc), macInput: Array(input), mac: mac)
    }

    /// The address without what the tag mirrored into it: the one that the tag was made with.
    public static func baseURI(of uri: String) throws(SecureDynamicMessageError) -> String {
        _ = try SecureDynamicMessage(uri: uri)
        let mirrored =
            1 + SecureDynamicTemplate.piccParameter.utf8.count + SecureDynamicLayout.piccLength + 1
            + SecureDynamicTemplate.macParameter.utf8.count + SecureDynamicLayout.macLength
        return String(decoding: uri.utf8.dropLast(mirrored), as: UTF8.self)
    }

    /// Upper-case digits, as tags write them: one message has one form.
    private static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        let text = String(decoding: digits, as: UTF8.self)
        guard let bytes = try? [UInt8](hex: text), bytes.hex == text else { return nil }
        return bytes
    }
}
