import COpenSSL

/// A hash of the SHA family, fed in as many pieces as the message has.
///
/// A value: a copy continues the message on its own.
public struct Digest: Sendable {
    public let algorithm: Algorithm
    private var context: Context

    /// The five hashes that cards and card commands name; the raw value is OpenSSL's name.
    public enum Algorithm: String, CaseIterable, Sendable {
        case sha1 = "SHA1"
        case sha224 = "SHA224"
        case sha256 = "SHA256"
        case sha384 = "SHA384"
        case sha512 = "SHA512"

        /// The number of bytes of the hash.
        public var length: Int {
            switch self {
            case .sha1: 20
            case .sha224: 28
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    public init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        context = Context(algorithm)
    }

    /// Adds a piece of the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        context.update(bytes)
    }

    /// Adds a piece of the message.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The hash of the message.
    public consuming func finalize() -> [UInt8] {
        Context(copying: context).finalize(length: algorithm.length)
    }

    /// The hash of a whole message.
    public static func hash(_ message: [UInt8], _ algorithm: Algorithm = .sha256) -> [UInt8] {
        var digest = Digest(algorithm)
        digest.update(message)
        return digest.finalize()
    }

    private final class Context: @unchecked Sendable {
        private let context = require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")

        init(_ algorithm: Algorithm) {
            require(EVP_DigestInit_ex(context, algorithm.messageDigest, nil), "EVP_DigestInit_ex")
        }

        init(copying other: Context) {
            require(EVP_MD_CTX_copy_ex(context, other.context), "EVP_MD_CTX_copy_ex")
        }

        deinit { EVP_MD_CTX_free(context) }

        func update(_ bytes: UnsafeRawBufferPointer) {
            require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count), "EVP_DigestUpdate")
        }

        func finalize(length: Int) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
                require(EVP_DigestFinal_ex(context, buffer.baseAddress, nil), "EVP_DigestFinal_ex")
                initialized = length
            }
        }
    }
}

extension Digest.Algorithm {
    /// libcrypto's description of the algorithm, a constant of the library.
    var messageDigest: OpaquePointer {
        switch self {
        case .sha1: require(EVP_sha1(), "EVP_sha1")
        case .sha224: require(EVP_sha224(), "EVP_sha224")
        case .sha256: require(EVP_sha256(), "EVP_sha256")
        case .sha384: require(EVP_sha384(), "EVP_sha384")
        case .sha512: require(EVP_sha512(), "EVP_sha512")
        }
    }
}
