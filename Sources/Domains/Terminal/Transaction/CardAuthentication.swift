import CardCryptography
import EMV
import ISO7816

/// Offline data authentication in one transaction: is this the card that its issuer made? EMV Book 2 §5 and §6.
///
/// A card whose signatures do not hold goes no further here, although a scheme may let its issuer decide.
struct CardAuthentication: Sendable {
    let application: AID
    let card: CardData
    /// The signed records, as they were answered.
    let records: [Record]
    let chain: OfflineAuthenticationChain

    struct Record: Sendable {
        let file: UInt8
        let number: UInt8
        let bytes: [UInt8]
    }

    /// The signature in the answer to GET PROCESSING OPTIONS (fDDA), or the static one, as the profile says.
    ///
    /// - Parameter terminal: what the card was sent.
    func verify(
        _ profile: ApplicationInterchangeProfile, terminal: [BERTag: [UInt8]]
    ) throws(TerminalError) -> AuthorizationData.OfflineAuthentication {
        try outcome { () throws(OfflineAuthenticationError) in
            if profile.contains(.dynamicDataAuthentication), card[.signedDynamicApplicationData] != nil {
                let objects = card.objects.merging(terminal) { _, terminal in terminal }
                try FastDynamicDataAuthentication.verify(objects, with: try cardKey())
                return .successful
            }
            guard profile.contains(.staticDataAuthentication), let signature = card[.signedStaticApplicationData]
            else { return .notPerformed }
            let issuer = try chain.issuerKey(card.objects, application: application)
            _ = try SignedStaticData.recover(signature, over: try staticData(), with: issuer)
            return .successful
        }
    }

    /// The cryptogram that the card signed together with the transaction (CDA); `nil` without the scheme's key.
    ///
    /// - Parameter exchanged: the values that were sent for PDOL and CDOL1.
    func signedCryptogram(
        in answer: [BERTLV], exchanged: [UInt8], unpredictableNumber: [UInt8]
    ) throws(TerminalError) -> [UInt8] {
        var cryptogram: [UInt8] = []
        let outcome = try outcome { () throws(OfflineAuthenticationError) in
            cryptogram = try CombinedDataAuthentication.recover(
                answer, exchanged: exchanged, unpredictableNumber: unpredictableNumber, with: try cardKey()
            ).cryptogram
            return .successful
        }
        guard outcome == .successful else { throw .notGenuine("the scheme's key is not known") }
        return cryptogram
    }

    /// Whether the terminal can follow the card's signatures to their authority at all.
    var hasAuthorityKey: Bool {
        guard let index = card[.certificationAuthorityKeyIndex], index.count == 1 else { return false }
        return (try? chain.authorities.key(for: application.bytes, index: index[0], in: chain.month)) != nil
    }

    private func cardKey() throws(OfflineAuthenticationError) -> RSAPublicKey {
        try chain.cardKey(card.objects, application: application, staticData: staticData())
    }

    private func staticData() throws(OfflineAuthenticationError) -> StaticAuthenticationData {
        guard let bytes = card[.applicationFileLocator], let locator = try? ApplicationFileLocator(bytes: bytes) else {
            throw .missing(.applicationFileLocator)
        }
        guard let profile = try? card.interchangeProfile() else { throw .missing(.applicationInterchangeProfile) }
        return try StaticAuthenticationData(
            locator, profile: profile, tagList: card[.staticDataAuthenticationTagList]
        ) { file, number in
            records.first { $0.file == file && $0.number == number }?.bytes
        }
    }

    private func outcome(
        _ body: () throws(OfflineAuthenticationError) -> AuthorizationData.OfflineAuthentication
    ) throws(TerminalError) -> AuthorizationData.OfflineAuthentication {
        do {
            return try body()
        } catch {
            if case .unknownCertificationAuthorityKey = error { return .noAuthorityKey }
            throw .notGenuine("\(error)")
        }
    }
}
