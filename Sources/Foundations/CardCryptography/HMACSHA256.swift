import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
    public static let tagLength = 32

    /// The tag of a message, 32 bytes.
    public static func tag(of message: [UInt8], key: SecretBytes) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: tagLength) { buffer, initialized in
            key.withUnsafeBytes { key in
                let tag = HMAC(
                    EVP_sha256(), key.baseAddress, Int32(key.count), message, message.count, buffer.baseAddress, nil)
                _ = require(tag, "HMAC")
            }
            initialized = tagLength
        }
    }

    /// Whether `tag` belongs to the message; compares in constant time.
    public static func isValid(_ tag: [UInt8], for message: [UInt8], key: SecretBytes) -> Bool {
        constantTimeEqual(tag, Self.tag(of: message, key: key))
    }
}
