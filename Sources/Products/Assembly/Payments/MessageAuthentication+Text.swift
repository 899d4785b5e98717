public import CardCryptography
import ISO7816
public import ISO8583

extension MessageAuthentication {
    /// `cmac:` or `retail:`, and the key in hex digits, as files have it.
    public init(text: String) throws(CryptographyError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let bytes = parts.count == 2 ? (try? [UInt8](hex: parts[1])) ?? [] : []
        if parts.first == "retail" {
            self = .retail(try TripleDESKey(bytes))
        } else {
            self = .cmac(try AESKey(parts.first == "cmac" ? bytes : []))
        }
    }
}
