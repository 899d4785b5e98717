import CardCryptography
public import ElectronicPurse
import ISO7816
import SeneschalAPI
public import SeneschalClient
public import Terminal

// What the payment server's operator hands out. Keys come under a transport key that lives as long as the request.

extension SeneschalClient {
    /// What makes an instance of the purse application the issued purse.
    ///
    /// - Parameter card: the last 16 digits of its number.
    public func pursePersonalization(_ card: String) async throws -> PursePersonalization {
        let receiver = TransportKeyPair.generate()
        let made = try await send(
            Endpoints.personalizePurse, .init(transportKey: receiver.publicKey.pem), ["card": card])
        return PursePersonalization(
            try PurseApplicationData(made.applicationData.bytes),
            keys: try PurseKeys(try receiver.decrypt(made.wrappedKeys.bytes)), priority: 1,
            keyVersion: UInt8(clamping: made.keyVersion))
    }

    /// A security module for a terminal: what is taken from purses with it is the terminal's payee's.
    public func securityModule(
        _ number: PurseTerminalNumber, of terminal: String
    ) async throws -> PurchaseSAM {
        let receiver = TransportKeyPair.generate()
        let made = try await send(
            Endpoints.equipTerminal,
            .init(number: HexBytes(number.bytes), transportKey: receiver.publicKey.pem), ["party": terminal])
        return PurchaseSAM(
            terminal: number, key: try PurseKey(try receiver.decrypt(made.wrappedKey.bytes)),
            keyVersion: UInt8(clamping: made.keyVersion))
    }
}
