public import CardCryptography
public import ISO7816

/// The certificate of an issuer's key by the scheme's authority (tags 90, 92, 9F32). EMV Book 2 §5.3, Tables 5 and 6.
///
///     02 | leftmost digits of the account numbers, F behind (4) | MMYY (2) | serial number (3) | key | hash
public struct IssuerPublicKeyCertificate: Hashable, Sendable {
    /// Tag 90.
    public let certificate: [UInt8]
    /// Tag 92; empty when the whole modulus is in the certificate.
    public let remainder: [UInt8]
    /// Tag 9F32.
    public let exponent: [UInt8]

    private static let format: UInt8 = 0x02
    private static let object = SignedObject.issuerCertificate
    /// Format, identifier, date, serial number.
    private static let headLength = 1 + 4 + 2 + 3

    public init(certificate: [UInt8], remainder: [UInt8], exponent: [UInt8]) {
        self.certificate = certificate
        self.remainder = remainder
        self.exponent = exponent
    }

    /// The certificate among the data objects of a card.
    ///
    /// - Throws: ``OfflineAuthenticationError/missing(_:)``.
    public init(_ objects: [BERTag: [UInt8]]) throws(OfflineAuthenticationError) {
        guard let certificate = objects[.issuerPublicKeyCertificate] else {
            throw .missing(.issuerPublicKeyCertificate)
        }
        guard let exponent = objects[.issuerPublicKeyExponent] else { throw .missing(.issuerPublicKeyExponent) }
        self.init(
            certificate: certificate, remainder: objects[.issuerPublicKeyRemainder] ?? [], exponent: exponent)
    }

    /// A certificate for `key`, which is not longer than the authority's.
    ///
    /// - Parameter issuerIdentifier: the three to eight digits that the issuer's account numbers begin with.
    /// - Parameter serialNumber: three bytes.
    public static func issue(
        to key: RSAPublicKey, issuerIdentifier: String, expiry: CardExpiry, serialNumber: [UInt8],
        by authority: RSAPrivateKey
    ) -> IssuerPublicKeyCertificate {
        precondition(key.blockLength <= authority.publicKey.blockLength, "a key certifies keys of its length at most")
        precondition((3...8).contains(issuerIdentifier.utf8.count), "an issuer has three to eight digits")
        precondition(serialNumber.count == 3, "a serial number has three bytes")
        guard let identifier = BinaryCodedDecimal.compressed(issuerIdentifier, count: 4) else {
            preconditionFailure("an issuer identifier consists of digits")
        }
        let room = authority.publicKey.blockLength - SignedBlock.overhead - headLength - CertifiedKeyField.headLength
        let body =
            [format] + identifier + expiry.certificateBytes + serialNumber
            + CertifiedKeyField.bytes(of: key, room: room)
        let remainder = CertifiedKeyField.remainder(of: key, room: room)
        return IssuerPublicKeyCertificate(
            certificate: SignedBlock.sign(body, remainder + key.exponent, with: authority), remainder: remainder,
            exponent: key.exponent)
    }

    /// The issuer's key, when the authority certified it for this account number and until this month at least.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public func recover(
        with authority: RSAPublicKey, for number: PrimaryAccountNumber, in month: CardExpiry
    ) throws(OfflineAuthenticationError) -> RSAPublicKey {
        let object = Self.object
        let block = try SignedBlock(certificate, object, format: Self.format, key: authority)
        let field = Array(block.body[Self.headLength...])
        guard field[0] == SignedBlock.sha1 else { throw .hashAlgorithm(object, field[0]) }
        try block.verify(remainder + exponent)
        guard Self.identifier(Array(block.body[1..<5]), fits: number) else { throw .issuerIdentifier }
        guard let expiry = CardExpiry(certificateBytes: Array(block.body[5..<7])), month <= expiry else {
            throw .expired(object)
        }
        return try CertifiedKeyField.key(
            field, remainder: remainder, exponent: exponent, of: object, signer: authority)
    }

    /// The leftmost three to eight digits of the number, F behind.
    private static func identifier(_ bytes: [UInt8], fits number: PrimaryAccountNumber) -> Bool {
        var nibbles = bytes.flatMap { [$0 >> 4, $0 & 0x0F] }
        while nibbles.last == 0x0F { nibbles.removeLast() }
        guard nibbles.count >= 3, nibbles.allSatisfy({ $0 <= 9 }) else { return false }
        return number.hasPrefix(String(decoding: nibbles.map { UInt8(ascii: "0") + $0 }, as: UTF8.self))
    }

    /// The data objects that the card holds, in the order of the tables.
    public var objects: [BERTLV] {
        [BERTLV(.issuerPublicKeyCertificate, certificate)]
            + (remainder.isEmpty ? [] : [BERTLV(.issuerPublicKeyRemainder, remainder)])
            + [BERTLV(.issuerPublicKeyExponent, exponent)]
    }
}
