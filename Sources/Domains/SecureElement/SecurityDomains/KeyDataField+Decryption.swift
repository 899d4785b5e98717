import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// What PUT KEY brings, as it is stored: every component in clear, and found to be the key that it says.
extension KeyDataField {
    /// - Throws: `9484` for kinds of key that the card does not know, `6A80` for components that are no key together,
    ///   `9485` for a wrong key check value.
    func components(decryptedWith key: SensitiveDataKey) throws(Refusal) -> [StoredKey.Component] {
        var plain: [StoredKey.Component] = []
        for component in components {
            let value =
                component.type.isSecret ? try Self.decrypted(component.data, with: key) : SecretBytes(component.data)
            plain.append(.init(type: component.type, value: value))
        }
        switch Set(plain.map(\.type)).count == plain.count ? plain[0].type : nil {
        case nil: throw Refusal(.incorrectData)
        case .aes?, .des?, .tripleDESInCBC?: return [try symmetric(plain)]
        case .rsaModulus?, .rsaPublicExponent?: return try rsaPublic(plain)
        case .rsaPrivateModulus?, .rsaPrivateExponent?: return try rsaPrivate(plain)
        case .rsaPrimeP?, .rsaPrimeQ?, .rsaCoefficient?, .rsaExponentP?, .rsaExponentQ?: return try rsaPrimes(plain)
        case .eccPublicKey?, .eccPrivateKey?: return try ellipticCurve(plain)
        default: throw Refusal(.algorithmNotSupported)
        }
    }

    /// Whole blocks are the ciphertext of a value that needed no padding; otherwise the length of the value comes first.
    /// GPC v2.3.1 Tables 11-70 and 11-71.
    private static func decrypted(_ data: [UInt8], with key: SensitiveDataKey) throws(Refusal) -> SecretBytes {
        guard !data.isEmpty else { throw Refusal(.incorrectData) }
        do {
            guard data.count % key.blockLength != 0 else { return try key.decrypt(data) }
            var reader = ByteReader(data)
            let length = try lengthField(&reader)
            let ciphertext = try reader.take(reader.remaining, "ciphertext")
            guard length <= ciphertext.count, ciphertext.count - length < key.blockLength else {
                throw Refusal(.incorrectData)
            }
            return try key.decrypt(ciphertext).prefix(length)
        } catch {
            throw Refusal(.incorrectData)
        }
    }

    private static func lengthField(_ reader: inout ByteReader) throws -> Int {
        let first = try reader.byte("length of the value")
        switch first {
        case 0..<0x80: return Int(first)
        case 0x81: return Int(try reader.byte("length of the value"))
        case 0x82: return try reader.take(2, "length of the value").reduce(0) { $0 << 8 | Int($1) }
        default: throw Refusal(.incorrectData)
        }
    }

    /// An AES key of 16, 24 or 32 bytes, a DES key of two or three parts; its key check value is right, or absent.
    private func symmetric(_ plain: [StoredKey.Component]) throws(Refusal) -> StoredKey.Component {
        guard plain.count == 1 else { throw Refusal(.incorrectData) }
        let expected: [UInt8]
        do throws(CryptographyError) {
            expected =
                plain[0].type == .aes
                ? try AESKey(plain[0].value).keyCheckValue : try TripleDESKey(plain[0].value).keyCheckValue
        } catch {
            throw Refusal(.incorrectData)
        }
        guard keyCheckValue.isEmpty || keyCheckValue == expected else { throw Refusal(.invalidKeyCheckValue) }
        return plain[0]
    }

    private func rsaPublic(_ plain: [StoredKey.Component]) throws(Refusal) -> [StoredKey.Component] {
        let (modulus, exponent) = (plain.value(.rsaModulus), plain.value(.rsaPublicExponent))
        guard plain.count == 2, let modulus, let exponent,
            (try? RSAPublicKey(modulus: modulus.revealed(), exponent: exponent.revealed())) != nil
        else { throw Refusal(.incorrectData) }
        try checkHasNoCheckValue()
        return [.init(type: .rsaModulus, value: modulus), .init(type: .rsaPublicExponent, value: exponent)]
    }

    private func rsaPrivate(_ plain: [StoredKey.Component]) throws(Refusal) -> [StoredKey.Component] {
        let (modulus, exponent) = (plain.value(.rsaPrivateModulus), plain.value(.rsaPrivateExponent))
        guard plain.count == 2, let modulus, let exponent,
            (try? RSAPrivateKey(modulus: modulus.revealed(), privateExponent: exponent)) != nil
        else { throw Refusal(.incorrectData) }
        try checkHasNoCheckValue()
        return [.init(type: .rsaPrivateModulus, value: modulus), .init(type: .rsaPrivateExponent, value: exponent)]
    }

    /// Only the primes are needed; what else comes of the Chinese remainder form follows from them.
    private func rsaPrimes(_ plain: [StoredKey.Component]) throws(Refusal) -> [StoredKey.Component] {
        let known: Set<KeyType> = [.rsaPrimeP, .rsaPrimeQ, .rsaCoefficient, .rsaExponentP, .rsaExponentQ]
        guard let p = plain.value(.rsaPrimeP), let q = plain.value(.rsaPrimeQ),
            plain.allSatisfy({ known.contains($0.type) }),
            (try? RSAPrivateKey(primes: p, q)) != nil
        else { throw Refusal(.incorrectData) }
        try checkHasNoCheckValue()
        return plain
    }

    /// A point or a scalar, on a curve that is named (`F0`) or given by its parameters (`B2` to `B7`). Stored with the
    /// name.
    private func ellipticCurve(_ plain: [StoredKey.Component]) throws(Refusal) -> [StoredKey.Component] {
        let curve = try curve(of: plain)
        if plain[0].type == .eccPublicKey {
            guard (try? ECPublicKey(curve: curve, uncompressedPoint: plain[0].value.revealed())) != nil else {
                throw Refusal(.incorrectData)
            }
        } else {
            guard (try? ECPrivateKey(curve: curve, scalar: plain[0].value)) != nil else {
                throw Refusal(.incorrectData)
            }
        }
        try checkHasNoCheckValue()
        return [
            plain[0], .init(type: .eccParametersReference, value: SecretBytes([curve.parameterReference])),
        ]
    }

    private func curve(of plain: [StoredKey.Component]) throws(Refusal) -> EllipticCurve {
        if let reference = plain.value(.eccParametersReference)?.revealed() {
            guard plain.count == 2, reference.count == 1 else { throw Refusal(.incorrectData) }
            guard let curve = EllipticCurve(parameterReference: reference[0]) else {
                throw Refusal(.algorithmNotSupported)
            }
            return curve
        }
        guard let field = plain.value(.eccField), let a = plain.value(.eccCoefficientA),
            let b = plain.value(.eccCoefficientB), let generator = plain.value(.eccGenerator),
            let order = plain.value(.eccOrder)
        else { throw Refusal(.incorrectData) }
        let cofactor = plain.value(.eccCofactor)?.revealed()
        guard plain.count == (cofactor == nil ? 6 : 7),
            cofactor.map({ $0.last == 1 && $0.dropLast().allSatisfy { $0 == 0 } }) ?? true
        else { throw Refusal(.incorrectData) }
        let curve = EllipticCurve(
            field: field.revealed(), a: a.revealed(), b: b.revealed(), generator: generator.revealed(),
            order: order.revealed())
        guard let curve else { throw Refusal(.algorithmNotSupported) }
        return curve
    }

    /// GlobalPlatform defines none for these kinds of key.
    private func checkHasNoCheckValue() throws(Refusal) {
        guard keyCheckValue.isEmpty else { throw Refusal(.invalidKeyCheckValue) }
    }
}

extension [StoredKey.Component] {
    fileprivate func value(_ type: KeyType) -> SecretBytes? { first { $0.type == type }?.value }
}
