public import CardCryptography

/// How two parties authenticate what they send each other: a key that only they have, and the algorithm of field 64 or
/// 128, which is computed over everything before it.
public enum MessageAuthentication: Hashable, Sendable {
    /// ISO/IEC 9797-1 algorithm 3 with padding method 1, as ANSI X9.19 has it. A message says itself where it ends, so
    /// that zeros behind it say nothing else.
    case retail(TripleDESKey)
    /// AES-CMAC (NIST SP 800-38B), the first half of it.
    case cmac(AESKey)

    /// Bytes of a code.
    public static let length = 8

    public func code(of bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .retail(let key):
            return TripleDES(key: key).retailMACWithZeroPadding(bytes)
        case .cmac(let key):
            var cmac = AESCMAC(key: key)
            let tag = cmac.tag(of: bytes)
            return (0..<Self.length).map { tag[$0] }
        }
    }

    /// Compares in constant time.
    public func isValid(_ code: [UInt8], of bytes: [UInt8]) -> Bool { constantTimeEqual(self.code(of: bytes), code) }
}
