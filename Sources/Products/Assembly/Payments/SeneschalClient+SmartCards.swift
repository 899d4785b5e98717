import CardCryptography
import ISO7816
import SeneschalAPI
public import SeneschalClient
public import SmartCardVerification

extension SeneschalClient {
    /// What makes an instance of the smart-card application the enrolled card, for the payment server's operator. The card's
    /// key comes under a transport key that lives as long as this request.
    ///
    /// - Parameter identification: as enrolment answered it.
    public func smartCardPersonalization(_ identification: String) async throws -> SmartCardPersonalization {
        let receiver = TransportKeyPair.generate()
        let made = try await send(
            Endpoints.personalizeSmartCard, .init(transportKey: receiver.publicKey.pem), ["card": identification])
        return SmartCardPersonalization(
            identification: try SmartCardIdentification(text: made.identification),
            key: try SmartCardKey(try receiver.decrypt(made.wrappedKey.bytes)),
            dataFile: try EncryptedCardData(bytes: made.encryptedData.bytes))
    }
}
