import CardCryptography
import EMV
import Foundation
import ISO7816

/// A secret in every way in which it could be written, to be looked for in what must not tell it.
struct Needle: Sendable {
    /// A way to write it, and the bytes that stand there then.
    struct Form: Sendable {
        var name: String
        var bytes: [UInt8]
    }

    let forms: [Form]

    /// A card number: digits, spaced digits, tags 5A and 57, alone and with its expiry; each of them plain, in hex, in
    /// base64 and base64url at every alignment, and as JSON writes bytes.
    init(_ number: PrimaryAccountNumber, expiry: CardExpiry) {
        let digits = number.revealed()
        let spaced = stride(from: 0, to: digits.count, by: 4).map { digits.dropFirst($0).prefix(4) }
        let (year, month) = (expiry.description.suffix(2), expiry.description.prefix(2))
        let nibbles = Array(digits.utf8).map { $0 - UInt8(ascii: "0") }
        let inner = nibbles.dropFirst().prefix((nibbles.count - 1) / 2 * 2)
        var plain = [
            Form(name: "digits", bytes: Array(digits.utf8)),
            Form(name: "spaced digits", bytes: Array(spaced.joined(separator: " ").utf8)),
            Form(name: "hyphenated digits", bytes: Array(spaced.joined(separator: "-").utf8)),
            Form(name: "digits in UTF-16", bytes: digits.utf8.flatMap { [$0, 0] }),
            Form(name: "BCD", bytes: number.packed),
            Form(name: "BCD, half a byte on", bytes: Self.packed(Array(inner))),
        ]
        for separator in ["D", "="] {
            let text = digits + separator + year + month
            plain.append(Form(name: "track 2 with \(separator)", bytes: Array(text.utf8)))
        }
        let track = nibbles + [0x0D] + (year + month).utf8.map { $0 - UInt8(ascii: "0") }
        plain.append(Form(name: "track 2 in BCD", bytes: Self.packed(track.count % 2 == 0 ? track : track + [0x0F])))
        self.init(plain)
    }

    /// Any other secret: as it is, and in hex and base64.
    init(_ text: String) { self.init([Form(name: "text", bytes: Array(text.utf8))]) }

    /// A key.
    init(_ key: SecretBytes) { self.init([Form(name: "bytes", bytes: key.revealed())]) }

    private init(_ plain: [Form]) { forms = plain + plain.flatMap(Self.written) }

    private static func packed(_ nibbles: [UInt8]) -> [UInt8] {
        stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// The texts that bytes are written as.
    private static func written(_ form: Form) -> [Form] {
        func named(_ way: String, _ text: String) -> Form {
            Form(name: "\(form.name), \(way)", bytes: Array(text.utf8))
        }
        var forms = [
            named("hex", form.bytes.hex), named("hex, lower case", form.bytes.hex.lowercased()),
            named("hex, spaced", form.bytes.map { [$0].hex }.joined(separator: " ")),
            named("JSON", form.bytes.map { "\($0)" }.joined(separator: ",")),
        ]
        for alignment in 0..<3 {
            let text = base64(form.bytes, alignment: alignment)
            forms.append(named("base64 at \(alignment)", text))
            forms.append(named("base64 at \(alignment) in JSON", text.replacing("/", with: "\\/")))
            let url = text.replacing("+", with: "-").replacing("/", with: "_")
            forms.append(named("base64url at \(alignment)", url))
        }
        return forms
    }

    /// The characters that are the same whatever `alignment` bytes stand before, and whatever bytes after.
    private static func base64(_ bytes: [UInt8], alignment: Int) -> String {
        let text = Data([UInt8](repeating: 0, count: alignment) + bytes + [0, 0]).base64EncodedString()
        let (first, end) = ((8 * alignment + 5) / 6, 8 * (alignment + bytes.count) / 6)
        return String(text.dropFirst(first).prefix(end - first))
    }

    /// The ways in which it stands in `haystack`.
    func found(in haystack: [UInt8]) -> [String] { forms.filter { Self.isFound($0.bytes, in: haystack) }.map(\.name) }

    /// Whether these bytes stand there with neither a letter nor a digit next to them: for secrets so short that chance
    /// writes them.
    static func isWord(_ word: String, in haystack: [UInt8]) -> Bool {
        let bytes = Array(word.utf8)
        func joins(_ index: Int) -> Bool {
            guard haystack.indices.contains(index) else { return false }
            return Character(UnicodeScalar(haystack[index])).isLetter
                || Character(UnicodeScalar(haystack[index])).isNumber
        }
        var start = 0
        while let index = position(of: bytes, in: haystack, from: start) {
            if !joins(index - 1), !joins(index + bytes.count) { return true }
            start = index + 1
        }
        return false
    }

    static func isFound(_ bytes: [UInt8], in haystack: [UInt8]) -> Bool {
        position(of: bytes, in: haystack, from: 0) != nil
    }

    private static func position(of bytes: [UInt8], in haystack: [UInt8], from start: Int) -> Int? {
        haystack.withUnsafeBytes { haystack in
            bytes.withUnsafeBytes { needle in
                guard let base = haystack.baseAddress, let pattern = needle.baseAddress else { return nil }
                var index = start
                while index + needle.count <= haystack.count {
                    let places = haystack.count - needle.count - index + 1
                    guard let first = memchr(base + index, Int32(needle[0]), places) else { return nil }
                    index = UnsafeRawPointer(first) - base
                    if memcmp(first, pattern, needle.count) == 0 { return index }
                    index += 1
                }
                return nil
            }
        }
    }
}
