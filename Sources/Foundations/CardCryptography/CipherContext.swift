import COpenSSL

/// One direction of one keyed block cipher in libcrypto: the key schedule is computed once, here.
///
/// Not safe to use from two threads; the value types around it duplicate it before they share it.
final class CipherContext: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ algorithm: CipherAlgorithm, key: SecretBytes, encrypting: Bool) {
        context = require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        let result = key.withUnsafeBytes { key in
            EVP_CipherInit_ex(
                context, algorithm.cipher, nil, key.baseAddress?.assumingMemoryBound(to: UInt8.self), nil,
                encrypting ? 1 : 0)
        }
        require(result, "EVP_CipherInit_ex")
        require(EVP_CIPHER_CTX_set_padding(context, 0), "EVP_CIPHER_CTX_set_padding")
    }

    init(copying other: CipherContext) {
        context = require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        require(EVP_CIPHER_CTX_copy(context, other.context), "EVP_CIPHER_CTX_copy")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Starts a new message with `initialValue`, keeping the key schedule.
    func restart(initialValue: UnsafeRawPointer) {
        let result = EVP_CipherInit_ex(
            context, nil, nil, nil, initialValue.assumingMemoryBound(to: UInt8.self), -1)
        require(result, "EVP_CipherInit_ex")
    }

    /// Transforms whole blocks; `output` may be `input`.
    func process(_ input: UnsafeRawPointer, into output: UnsafeMutableRawPointer, count: Int) {
        var written: Int32 = 0
        let result = EVP_CipherUpdate(
            context, output.assumingMemoryBound(to: UInt8.self), &written,
            input.assumingMemoryBound(to: UInt8.self), Int32(count))
        require(result, "EVP_CipherUpdate")
    }
}

/// A cipher fetched from libcrypto once for the whole program: fetching by name costs more than keying.
struct CipherAlgorithm: @unchecked Sendable {
    let cipher: OpaquePointer

    private init(_ name: StaticString) {
        cipher = require(EVP_CIPHER_fetch(nil, "\(name)", nil), "EVP_CIPHER_fetch")
    }

    private static let aes128CBC = CipherAlgorithm("AES-128-CBC")
    private static let aes192CBC = CipherAlgorithm("AES-192-CBC")
    private static let aes256CBC = CipherAlgorithm("AES-256-CBC")
    private static let aes128ECB = CipherAlgorithm("AES-128-ECB")
    private static let aes192ECB = CipherAlgorithm("AES-192-ECB")
    private static let aes256ECB = CipherAlgorithm("AES-256-ECB")
    static let aes256GCM = CipherAlgorithm("AES-256-GCM")

    static func cbc(_ size: AESKey.Size) -> CipherAlgorithm {
        switch size {
        case .aes128: aes128CBC
        case .aes192: aes192CBC
        case .aes256: aes256CBC
        }
    }

    static func ecb(_ size: AESKey.Size) -> CipherAlgorithm {
        switch size {
        case .aes128: aes128ECB
        case .aes192: aes192ECB
        case .aes256: aes256ECB
        }
    }
}
