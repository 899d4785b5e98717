import CardCryptography
import EMV
import ISO7816
import Testing

/// An authority, an issuer and a card, with the data that terminals read from it.
struct OfflineFixtures: Sendable {
    let authority: TestCertificationAuthority
    let issuer: CertifiedIssuer
    let card: RSAPrivateKey
    let number: PrimaryAccountNumber
    let objects: [BERTag: [UInt8]]

    static let application: AID = {
        do { return try AID(hex("A0000000031010")) } catch { preconditionFailure("\(error)") }
    }()
    static let month = CardExpiry(year: 26, month: 11)!
    static let expiry = CardExpiry(year: 29, month: 12)!
    static let staticData = StaticAuthenticationData(hex("5A0862990000000000075F24032912319F0702FF00"))

    /// Key lengths of authority, issuer and card in bits, with 3 for every exponent but the card's.
    static func make(_ authorityBits: Int, _ issuerBits: Int, _ cardBits: Int, cardExponent: UInt32 = 3) throws -> Self
    {
        let authority = TestCertificationAuthority.generate(
            registeredIdentifier: hex("A000000003"), index: 0xF1, expiry: expiry, bitCount: authorityBits)
        let issuer = authority.issuer(
            privateKey: .generate(bitCount: issuerBits, publicExponent: 3), issuerIdentifier: "629900", expiry: expiry)
        let card = RSAPrivateKey.generate(bitCount: cardBits, publicExponent: cardExponent)
        let number = try PrimaryAccountNumber("6299000000000007")
        let certificate = issuer.certify(card.publicKey, number: number, expiry: expiry, staticData: staticData)
        let objects =
            [BERTLV(.certificationAuthorityKeyIndex, [0xF1]), BERTLV(.primaryAccountNumber, number.packed)]
            + issuer.certificate.objects + certificate.objects
        return Self(
            authority: authority, issuer: issuer, card: card, number: number,
            objects: Dictionary(uniqueKeysWithValues: objects.map { ($0.tag, $0.value) }))
    }

    static let usual: OfflineFixtures = {
        do { return try make(1408, 1152, 1024) } catch { preconditionFailure("\(error)") }
    }()

    var chain: OfflineAuthenticationChain {
        OfflineAuthenticationChain(authorities: CertificationAuthorityKeys([authority.key]), month: Self.month)
    }

    func cardKey(_ change: (inout [BERTag: [UInt8]]) -> Void = { _ in }) throws(OfflineAuthenticationError)
        -> RSAPublicKey
    {
        var objects = objects
        change(&objects)
        return try chain.cardKey(objects, application: Self.application, staticData: Self.staticData)
    }

    /// A signature of the issuer's or the authority's key over a block that was altered before signing.
    static func resigned(
        _ signature: [UInt8], with key: RSAPrivateKey, rest: [UInt8], keepsHash: Bool = false,
        _ change: (inout [UInt8]) -> Void
    ) throws -> [UInt8] {
        guard var block = key.publicKey.transform(signature) else { return [] }
        change(&block)
        if !keepsHash {
            let end = block.count - 21
            block.replaceSubrange(end..<end + 20, with: Digest.hash(Array(block[1..<end]) + rest, .sha1))
        }
        return key.transform(block) ?? []
    }
}
