import COpenSSL

extension RSAPrivateKey {
    /// A key made of its two primes, big-endian; the private exponent is computed.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for numbers that are not the primes of a key with this exponent.
    public init(
        primes p: SecretBytes, _ q: SecretBytes, publicExponent: [UInt8] = [1, 0, 1]
    ) throws(CryptographyError) {
        guard p.count >= 64, q.count >= 64, p.count + q.count <= 512 else { throw .malformedKey }
        let arithmetic = PrimeArithmetic(p, q, publicExponent)
        guard let exponent = arithmetic.privateExponent else { throw .malformedKey }
        try self.init(modulus: arithmetic.modulus, publicExponent: publicExponent, privateExponent: exponent)
    }
}

/// What follows from two primes and a public exponent, in numbers that are wiped.
private final class PrimeArithmetic {
    private let context = require(BN_CTX_secure_new(), "BN_CTX_secure_new")
    private let p: OpaquePointer
    private let q: OpaquePointer
    private let exponent: OpaquePointer

    init(_ p: SecretBytes, _ q: SecretBytes, _ exponent: [UInt8]) {
        func number(_ bytes: UnsafeRawBufferPointer) -> OpaquePointer {
            require(
                BN_bin2bn(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), nil), "BN_bin2bn")
        }
        self.p = p.withUnsafeBytes(number)
        self.q = q.withUnsafeBytes(number)
        self.exponent = exponent.withUnsafeBytes(number)
    }

    deinit {
        [p, q, exponent].forEach(BN_clear_free)
        BN_CTX_free(context)
    }

    var modulus: [UInt8] {
        let product = require(BN_new(), "BN_new")
        defer { BN_clear_free(product) }
        require(BN_mul(product, p, q, context), "BN_mul")
        let count = Int(BN_num_bits(product) + 7) / 8
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = Int(BN_bn2bin(product, buffer.baseAddress))
        }
    }

    /// The inverse of the exponent modulo (p − 1)(q − 1), or `nil` when there is none.
    var privateExponent: SecretBytes? {
        let numbers = (0..<4).map { _ in require(BN_new(), "BN_new") }
        defer { numbers.forEach(BN_clear_free) }
        require(BN_sub(numbers[0], p, BN_value_one()), "BN_sub")
        require(BN_sub(numbers[1], q, BN_value_one()), "BN_sub")
        require(BN_mul(numbers[2], numbers[0], numbers[1], context), "BN_mul")
        guard BN_mod_inverse(numbers[3], exponent, numbers[2], context) != nil else {
            ERR_clear_error()
            return nil
        }
        let count = Int(BN_num_bits(numbers[3]) + 7) / 8
        return SecretBytes(count: count) { target in
            BN_bn2bin(numbers[3], target.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }
}
