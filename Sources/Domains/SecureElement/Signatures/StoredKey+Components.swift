import CardCryptography
import GlobalPlatform
import ISO7816

/// Keys of several components: public and private keys, next to the AES and DES keys that are their bytes.
///
/// Their bytes are the components as PUT KEY has them, in clear: type (1), length in BER form, value. GPC v2.3.1
/// Table 11-16: modulus `A1` and exponent `A0`; a point `B0`, a scalar `B1`, with the reference `F0` of their curve;
/// a private RSA key as modulus `A2` and exponent `A3`, or as its primes `A4` and `A5` with what speeds them up.
extension StoredKey {
    /// A component of a key, in clear.
    struct Component: Equatable, Sendable {
        var type: KeyType
        var value: SecretBytes
    }

    init(version: KeyVersionNumber, identifier: KeyIdentifier, components: [Component]) {
        precondition(!components.isEmpty, "a key has a component")
        guard Self.hasComponents(components[0].type) else {
            self.init(version: version, identifier: identifier, type: components[0].type, bytes: components[0].value)
            return
        }
        let bytes = components.reduce(SecretBytes([UInt8]())) { bytes, component in
            bytes + SecretBytes([component.type.rawValue] + BERTLV.lengthBytes(component.value.count))
                + component.value
        }
        self.init(version: version, identifier: identifier, type: components[0].type, bytes: bytes)
    }

    /// Whether the bytes are components, and not themselves the key.
    private static func hasComponents(_ type: KeyType) -> Bool {
        type.rawValue >= KeyType.rsaPublicExponent.rawValue
    }

    /// The key's components; of an AES or DES key, itself. Empty for bytes that no initialiser made.
    var components: [Component] {
        guard Self.hasComponents(type) else { return [Component(type: type, value: bytes)] }
        return bytes.withUnsafeBytes { bytes in
            var components: [Component] = []
            var rest = bytes[...]
            while rest.count >= 2 {
                let type = KeyType(rawValue: rest[rest.startIndex])
                let first = rest[rest.startIndex + 1]
                let lengthCount = first & 0x80 == 0 ? 0 : Int(first & 0x7F)
                guard lengthCount <= 2, rest.count >= 2 + lengthCount else { return [] }
                let length =
                    lengthCount == 0
                    ? Int(first) : rest.dropFirst(2).prefix(lengthCount).reduce(0) { $0 << 8 | Int($1) }
                let value = rest.dropFirst(2 + lengthCount).prefix(length)
                guard value.count == length else { return [] }
                components.append(Component(type: type, value: SecretBytes(value)))
                rest = rest.dropFirst(2 + lengthCount + length)
            }
            return rest.isEmpty ? components : []
        }
    }

    private subscript(type: KeyType) -> SecretBytes? { components.first { $0.type == type }?.value }

    /// The key as one that verifies, if it can.
    var verificationKey: VerificationKey? {
        if let modulus = self[.rsaModulus], let exponent = self[.rsaPublicExponent] {
            return (try? RSAPublicKey(modulus: modulus.revealed(), exponent: exponent.revealed())).map {
                VerificationKey.rsa($0)
            }
        }
        if let point = self[.eccPublicKey], let curve {
            return (try? ECPublicKey(curve: curve, uncompressedPoint: point.revealed())).map { VerificationKey.ec($0) }
        }
        return signatureKey?.verificationKey
    }

    /// The key as one that signs, if it can.
    var signatureKey: SignatureKey? {
        if type == .aes { return (try? AESKey(bytes)).map { SignatureKey.aes($0) } }
        if type.isTripleDES { return (try? TripleDESKey(bytes)).map { SignatureKey.tripleDES($0) } }
        if let scalar = self[.eccPrivateKey], let curve {
            return (try? ECPrivateKey(curve: curve, scalar: scalar)).map { SignatureKey.ec($0) }
        }
        if let modulus = self[.rsaPrivateModulus], let exponent = self[.rsaPrivateExponent] {
            return (try? RSAPrivateKey(modulus: modulus.revealed(), privateExponent: exponent)).map {
                SignatureKey.rsa($0)
            }
        }
        if let p = self[.rsaPrimeP], let q = self[.rsaPrimeQ] {
            return (try? RSAPrivateKey(primes: p, q)).map { SignatureKey.rsa($0) }
        }
        return nil
    }

    private var curve: EllipticCurve? {
        guard let reference = self[.eccParametersReference]?.revealed(), reference.count == 1 else { return nil }
        return EllipticCurve(parameterReference: reference[0])
    }
}
