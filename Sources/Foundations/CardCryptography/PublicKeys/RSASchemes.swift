import COpenSSL

/// How an RSA key signs: the length of the key decides. GPC v2.3.1 §B.3.
enum RSASignatureScheme {
    /// RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017 §8.2), for keys of 1 024 bits.
    case scheme1
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 8017 §8.1), for longer keys.
    case scheme2

    /// Scheme 2 with SHA-512 and a salt of 64 bytes, which gpshell3 makes for more than 2 048 bits: verified, not made.
    case scheme2SHA512

    /// What a key of this length signs with.
    init(bitCount: Int) { self = bitCount <= 1024 ? .scheme1 : .scheme2 }

    /// What a signature of a key of this length may be.
    static func accepted(bitCount: Int) -> [RSASignatureScheme] {
        bitCount <= 2048 ? [RSASignatureScheme(bitCount: bitCount)] : [.scheme2, .scheme2SHA512]
    }

    var digest: Digest.Algorithm {
        switch self {
        case .scheme1: .sha1
        case .scheme2: .sha256
        case .scheme2SHA512: .sha512
        }
    }

    func configure(_ context: OpaquePointer) {
        switch self {
        case .scheme1:
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        case .scheme2, .scheme2SHA512:
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
            require(
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context, Int32(digest.length)), "EVP_PKEY_CTX_set_rsa_pss_saltlen")
            require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest.messageDigest), "EVP_PKEY_CTX_set_rsa_mgf1_md")
        }
    }
}

/// How RSA encryption fills the block.
public enum RSAEncryptionPadding: Hashable, Sendable, CaseIterable {
    /// RSAES-PKCS1-v1_5 (RFC 8017 §7.2).
    case pkcs1
    /// RSAES-OAEP with SHA-1, MGF1 with SHA-1 and no label (RFC 8017 §7.1).
    case oaepSHA1
    /// RSAES-OAEP with SHA-256, MGF1 with SHA-256 and no label (RFC 8017 §7.1).
    case oaepSHA256

    /// Bytes of the block that are not message.
    var overhead: Int {
        switch self {
        case .pkcs1: 11
        case .oaepSHA1: 2 * Digest.Algorithm.sha1.length + 2
        case .oaepSHA256: 2 * Digest.Algorithm.sha256.length + 2
        }
    }

    func configure(_ context: OpaquePointer) {
        switch self {
        case .pkcs1:
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        case .oaepSHA1: Self.useOAEP(context, .sha1)
        case .oaepSHA256: Self.useOAEP(context, .sha256)
        }
    }

    private static func useOAEP(_ context: OpaquePointer, _ digest: Digest.Algorithm) {
        require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        require(EVP_PKEY_CTX_set_rsa_oaep_md(context, digest.messageDigest), "EVP_PKEY_CTX_set_rsa_oaep_md")
        require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest.messageDigest), "EVP_PKEY_CTX_set_rsa_mgf1_md")
    }
}
