public import CardCryptography
public import ISO7816

/// From the scheme's authority over the issuer to the card: what a terminal does before any signature of the card counts.
/// EMV Book 2 §6.3 and §6.4.
public struct OfflineAuthenticationChain: Sendable {
    public let authorities: CertificationAuthorityKeys
    /// The month in which the transaction takes place.
    public let month: CardExpiry

    public init(authorities: CertificationAuthorityKeys, month: CardExpiry) {
        self.authorities = authorities
        self.month = month
    }

    /// The issuer's key.
    ///
    /// - Parameter objects: the data objects of the card: 8F, 90, 92, 9F32, 5A.
    /// - Throws: ``OfflineAuthenticationError``.
    public func issuerKey(
        _ objects: [BERTag: [UInt8]], application: AID
    ) throws(OfflineAuthenticationError) -> RSAPublicKey {
        guard let index = objects[.certificationAuthorityKeyIndex], index.count == 1 else {
            throw .missing(.certificationAuthorityKeyIndex)
        }
        let authority = try authorities.key(for: application.bytes, index: index[0], in: month)
        return try IssuerPublicKeyCertificate(objects)
            .recover(with: authority.key, for: try number(objects), in: month)
    }

    /// The card's key.
    ///
    /// - Parameter objects: the data objects of the card: those for the issuer's key, 9F46, 9F48 and 9F47.
    /// - Throws: ``OfflineAuthenticationError``.
    public func cardKey(
        _ objects: [BERTag: [UInt8]], application: AID, staticData: StaticAuthenticationData
    ) throws(OfflineAuthenticationError) -> RSAPublicKey {
        try CardPublicKeyCertificate(objects).recover(
            with: issuerKey(objects, application: application), for: number(objects), in: month, staticData: staticData)
    }

    private func number(_ objects: [BERTag: [UInt8]]) throws(OfflineAuthenticationError) -> PrimaryAccountNumber {
        guard let packed = objects[.primaryAccountNumber], let number = try? PrimaryAccountNumber(packed: packed) else {
            throw .missing(.primaryAccountNumber)
        }
        return number
    }
}
