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

    /// The five numbers of a private key that computes by the Chinese remainder theorem (RFC 8017 §3.2).
    public struct ChineseRemainderNumbers: Hashable, Sendable {
        public let p: SecretBytes
        public let q: SecretBytes
        /// `d mod (p − 1)`.
        public let exponentP: SecretBytes
        /// `d mod (q − 1)`.
        public let exponentQ: SecretBytes
        /// `q⁻¹ mod p`.
        public let coefficient: SecretBytes

        public init(
            p: SecretBytes, q: SecretBytes, exponentP: SecretBytes, exponentQ: SecretBytes, coefficient: SecretBytes
        ) {
            self.p = p
            self.q = q
            self.exponentP = exponentP
            self.exponentQ = exponentQ
            self.coefficient = coefficient
        }
    }

    /// The numbers, each as long as its prime, or `nil` when the key was made without its primes.
    public var chineseRemainderNumbers: ChineseRemainderNumbers? {
        guard key.has(ParameterName.p), key.has(ParameterName.coefficient) else { return nil }
        let half = (publicKey.blockLength + 1) / 2
        return ChineseRemainderNumbers(
            p: key.secretNumber(ParameterName.p, count: half),
            q: key.secretNumber(ParameterName.q, count: half),
            exponentP: key.secretNumber(ParameterName.exponentP, count: half),
            exponentQ: key.secretNumber(ParameterName.exponentQ, count: half),
            coefficient: key.secretNumber(ParameterName.coefficient, count: half))
    }

    /// A key that computes with its primes; every number is checked against the others.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for numbers that do not belong together.
    public init(
        _ numbers: ChineseRemainderNumbers, publicExponent: [UInt8] = [1, 0, 1]
    ) throws(CryptographyError) {
        guard numbers.p.count >= 64, numbers.q.count >= 64, numbers.p.count + numbers.q.count <= 512,
            numbers.exponentP.count <= 256, numbers.exponentQ.count <= 256, numbers.coefficient.count <= 256
        else { throw .malformedKey }
        let arithmetic = PrimeArithmetic(numbers.p, numbers.q, publicExponent)
        guard let exponent = arithmetic.privateExponent, arithmetic.fits(numbers) else { throw .malformedKey }
        let components = KeyComponents()
        components.add(OSSL_PKEY_PARAM_RSA_N, number: arithmetic.modulus)
        components.add(OSSL_PKEY_PARAM_RSA_E, number: publicExponent)
        components.add(OSSL_PKEY_PARAM_RSA_D, number: exponent)
        components.add(ParameterName.p, number: numbers.p)
        components.add(ParameterName.q, number: numbers.q)
        components.add(ParameterName.exponentP, number: numbers.exponentP)
        components.add(ParameterName.exponentQ, number: numbers.exponentQ)
        components.add(ParameterName.coefficient, number: numbers.coefficient)
        try self.init(AsymmetricKey.assemble(.rsa, isPrivate: true, components))
        try checkPair()
    }
}

/// libcrypto composes these names from several macros, which Swift does not import.
private enum ParameterName {
    static let p = "rsa-factor1"
    static let q = "rsa-factor2"
    static let exponentP = "rsa-exponent1"
    static let exponentQ = "rsa-exponent2"
    static let coefficient = "rsa-coefficient1"
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
    /// Whether exponents and coefficient are those of the primes and the public exponent.
    func fits(_ numbers: RSAPrivateKey.ChineseRemainderNumbers) -> Bool {
        multiplyToOne(exponent, numbers.exponentP, modulo: p, less: 1)
            && multiplyToOne(exponent, numbers.exponentQ, modulo: q, less: 1)
            && multiplyToOne(q, numbers.coefficient, modulo: p, less: 0)
    }

    /// Whether `factor · other ≡ 1` modulo `modulus − less`.
    private func multiplyToOne(
        _ factor: OpaquePointer, _ other: SecretBytes, modulo modulus: OpaquePointer, less: UInt
    ) -> Bool {
        let (reduced, product) = (require(BN_dup(modulus), "BN_dup"), require(BN_new(), "BN_new"))
        let number = other.withUnsafeBytes { bytes in
            require(
                BN_bin2bn(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), nil), "BN_bin2bn")
        }
        defer { [reduced, product, number].forEach(BN_clear_free) }
        require(BN_sub_word(reduced, less), "BN_sub_word")
        guard BN_is_zero(reduced) == 0, BN_mod_mul(product, factor, number, reduced, context) == 1 else {
            ERR_clear_error()
            return false
        }
        return BN_is_one(product) == 1
    }
}
