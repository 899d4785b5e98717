public import CardCryptography
public import ISO7816

/// Dynamic data authentication together with the cryptogram (CDA), in the answer to GENERATE AC. EMV Book 2 §6.6.
///
///     dynamic data: length (1) | dynamic number (2–8) | 9F27 (1) | cryptogram (8) | Transaction Data Hash Code (20)
///
/// The Transaction Data Hash Code is SHA-1 over the values sent for PDOL, CDOL1 and, at the second GENERATE AC, CDOL2, and
/// over the data objects of the answer except 9F4B, in their order.
public enum CombinedDataAuthentication {
    /// The value of tag 9F4B.
    ///
    /// - Parameter exchanged: the values sent for PDOL, CDOL1 and CDOL2, one after the other.
    /// - Parameter answer: the content of template 77 without 9F4B, in order; 9F27 among it.
    /// - Parameter unpredictableNumber: tag 9F37 of this GENERATE AC.
    public static func sign(
        cryptogram: [UInt8], dynamicNumber: [UInt8], exchanged: [UInt8], answer: [BERTLV],
        unpredictableNumber: [UInt8], by card: RSAPrivateKey
    ) throws(OfflineAuthenticationError) -> [UInt8] {
        precondition(SignedDynamicData.dynamicNumberLengths.contains(dynamicNumber.count), "2 to 8 bytes")
        precondition(cryptogram.count == ApplicationCryptogram.length, "a cryptogram has 8 bytes")
        guard let information = answer[.cryptogramInformationData], information.count == 1 else {
            throw .missing(.cryptogramInformationData)
        }
        let data =
            [UInt8(dynamicNumber.count)] + dynamicNumber + information + cryptogram + hash(exchanged, answer)
        return SignedDynamicData.sign(data, unpredictableNumber, by: card)
    }

    /// The cryptogram and the dynamic number, when this card signed them with what was exchanged.
    ///
    /// - Parameter answer: the content of template 77, in order.
    /// - Throws: ``OfflineAuthenticationError``.
    public static func recover(
        _ answer: [BERTLV], exchanged: [UInt8], unpredictableNumber: [UInt8], with card: RSAPublicKey
    ) throws(OfflineAuthenticationError) -> (cryptogram: [UInt8], dynamicNumber: [UInt8]) {
        guard let signature = answer[.signedDynamicApplicationData] else {
            throw .missing(.signedDynamicApplicationData)
        }
        guard let information = answer[.cryptogramInformationData] else { throw .missing(.cryptogramInformationData) }
        let (number, rest) = try SignedDynamicData.dynamicNumber(
            SignedDynamicData.recover(signature, unpredictableNumber, with: card))
        guard rest.count == 1 + ApplicationCryptogram.length + Digest.Algorithm.sha1.length else { throw .dynamicData }
        guard [rest[0]] == information else { throw .cryptogramInformation }
        guard constantTimeEqual(Array(rest[9...]), hash(exchanged, answer)) else { throw .transactionHash }
        return (Array(rest[1..<9]), number)
    }

    private static func hash(_ exchanged: [UInt8], _ answer: [BERTLV]) -> [UInt8] {
        Digest.hash(exchanged + answer.filter { $0.tag != .signedDynamicApplicationData }.bytes, .sha1)
    }
}
