import CardCryptography

extension InitializeUpdateResponse {
    /// Whether the card cryptogram is the one that `keys` give: a trial of keys that costs the card nothing.
    public func isProof(of keys: SCP03KeySet, hostChallenge: [UInt8]) -> Bool {
        let mode = implementation.mode
        guard hostChallenge.count == mode.length, cardChallenge.count == mode.length else { return false }
        let context = hostChallenge + cardChallenge
        var mac = AESCMAC(key: SCP03SessionKeys(keys, context: context).mac)
        return SCP03Cryptograms(&mac, context: context, mode: mode).card == SecretBytes(cardCryptogram)
    }
}

extension SCP02InitializeUpdateResponse {
    /// Whether the card cryptogram is the one that `keys` give: a trial of keys that costs the card nothing.
    public func isProof(of keys: SCP02KeySet, hostChallenge: [UInt8]) -> Bool {
        guard hostChallenge.count == 8 else { return false }
        let sessionKeys = SCP02SessionKeys(keys, counter: sequenceCounter)
        return SCP02Cryptograms(
            sessionKeys, hostChallenge: hostChallenge, counter: sequenceCounter, cardChallenge: cardChallenge
        ).card == SecretBytes(cardCryptogram)
    }
}
