public import CardCryptography
public import ISO7816

/// The certificate of a card's key by its issuer (tags 9F46, 9F48, 9F47). EMV Book 2 §6.4, Tables 13 and 14.
///
///     04 | account number, F behind (10) | MMYY (2) | serial number (3) | key | hash, also over the static data
public struct CardPublicKeyCertificate: Hashable, Sendable {
    /// Tag 9F46.
    public let certificate: [UInt8]
    /// Tag 9F48; empty when the whole modulus is in the certificate.
    public let remainder: [UInt8]
    /// Tag 9F47.
    public let exponent: [UInt8]

    private static let format: UInt8 = 0x04
    private static let object = SignedObject.cardCertificate
    /// Format, account number, date, serial number.
    private static let headLength = 1 + 10 + 2 + 3

    public init(certificate: [UInt8], remainder: [UInt8], exponent: [UInt8]) {
        self.certificate = certificate
        self.remainder = remainder
        self.exponent = exponent
    }

    /// The certificate among the data objects of a card.
    ///
    /// - Throws: ``OfflineAuthenticationError/missing(_:)``.
    public init(_ objects: [BERTag: [UInt8]]) throws(OfflineAuthenticationError) {
        guard let certificate = objects[.cardPublicKeyCertificate] else { throw .missing(.cardPublicKeyCertificate) }
        guard let exponent = objects[.cardPublicKeyExponent] else { throw .missing(.cardPublicKeyExponent) }
        self.init(certificate: certificate, remainder: objects[.cardPublicKeyRemainder] ?? [], exponent: exponent)
    }

    /// A certificate for `key`, which is not longer than the issuer's.
    ///
    /// - Parameter serialNumber: three bytes.
    public static func issue(
        to key: RSAPublicKey, number: PrimaryAccountNumber, expiry: CardExpiry, serialNumber: [UInt8],
        staticData: StaticAuthenticationData, by issuer: RSAPrivateKey
    ) -> CardPublicKeyCertificate {
        precondition(key.blockLength <= issuer.publicKey.blockLength, "a key certifies keys of its length at most")
        precondition(serialNumber.count == 3, "a serial number has three bytes")
        let room = issuer.publicKey.blockLength - SignedBlock.overhead - headLength - CertifiedKeyField.headLength
        let body =
            [format] + padded(number) + expiry.certificateBytes + serialNumber
            + CertifiedKeyField.bytes(of: key, room: room)
        let remainder = CertifiedKeyField.remainder(of: key, room: room)
        return CardPublicKeyCertificate(
            certificate: SignedBlock.sign(body, remainder + key.exponent + staticData.bytes, with: issuer),
            remainder: remainder, exponent: key.exponent)
    }

    /// The card's key, when the issuer certified it for this number and these data and until this month at least.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public func recover(
        with issuer: RSAPublicKey, for number: PrimaryAccountNumber, in month: CardExpiry,
        staticData: StaticAuthenticationData
    ) throws(OfflineAuthenticationError) -> RSAPublicKey {
        let object = Self.object
        let block = try SignedBlock(certificate, object, format: Self.format, key: issuer)
        let field = Array(block.body[Self.headLength...])
        guard field[0] == SignedBlock.sha1 else { throw .hashAlgorithm(object, field[0]) }
        try block.verify(remainder + exponent + staticData.bytes)
        guard constantTimeEqual(Array(block.body[1..<11]), Self.padded(number)) else { throw .accountNumber }
        guard let expiry = CardExpiry(certificateBytes: Array(block.body[11..<13])), month <= expiry else {
            throw .expired(object)
        }
        return try CertifiedKeyField.key(field, remainder: remainder, exponent: exponent, of: object, signer: issuer)
    }

    private static func padded(_ number: PrimaryAccountNumber) -> [UInt8] {
        let packed = number.packed
        return packed + [UInt8](repeating: 0xFF, count: 10 - packed.count)
    }

    /// The data objects that the card holds, in the order of the tables.
    public var objects: [BERTLV] {
        [BERTLV(.cardPublicKeyCertificate, certificate), BERTLV(.cardPublicKeyExponent, exponent)]
            + (remainder.isEmpty ? [] : [BERTLV(.cardPublicKeyRemainder, remainder)])
    }
}
