import CardCryptography
public import EMV
public import Issuing

extension IssuerVault {
    public func isValid(
        _ cryptogram: [UInt8], over input: CryptogramInput, of chip: ChipName
    ) throws(IssuingError) -> Bool {
        ApplicationCryptogram.isValid(cryptogram, over: input, cardKey: try cardKey(of: chip))
    }

    //  method 1: ARPC (8) | authorization response code (2)
    //  method 2: ARPC (4) | card status update (4)

    /// The versions with EMV's common session key are answered by method 2, the older ones by method 1 (EMV Book 2 §8.2).
    public func issuerAuthenticationData(
        for cryptogram: [UInt8], over input: CryptogramInput, of chip: ChipName, isApproved: Bool
    ) throws(IssuingError) -> [UInt8] {
        let key = input.version.responseKey(
            card: try cardKey(of: chip), transactionCounter: input.transactionCounter)
        switch input.version {
        case .visa18, .visa22, .mastercard20, .mastercard21:
            // Byte 2, b8: the issuer approves the transaction (EMV Book 3, Annex C10).
            let update: [UInt8] = [0x00, isApproved ? 0x80 : 0x00, 0x00, 0x00]
            return AuthorizationResponseCryptogram.method2(key: key, cryptogram: cryptogram, statusUpdate: update)
                + update
        case .visa10, .mastercard16, .mastercard17, .uics01:
            let code = Array((isApproved ? "00" : "05").utf8)
            return AuthorizationResponseCryptogram.method1(key: key, cryptogram: cryptogram, responseCode: code) + code
        }
    }

    public func cardKey(of chip: ChipName, underTransportKey pem: String) throws(IssuingError) -> WrappedCardKey {
        let key = try cardKey(of: chip)
        do {
            return WrappedCardKey(
                wrappedKey: try TransportPublicKey(pem: pem).encrypt(key.bytes), keyCheckValue: key.keyCheckValue)
        } catch {
            throw .invalid(field: "transportKey", reason: "\(error)")
        }
    }

    private func cardKey(of chip: ChipName) throws(IssuingError) -> TripleDESKey {
        let master = try open(file.contents.masterKey)
        do {
            return CardKeys.optionA(
                master: try TripleDESKey(master), number: chip.number, sequenceNumber: chip.sequenceNumber)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }
}
