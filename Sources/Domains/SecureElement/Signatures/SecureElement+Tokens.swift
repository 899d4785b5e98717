import CardCryptography
import GlobalPlatform
import ISO7816

extension SecureElement {
    /// Whether the token of a delegated command is the approval of this very command by the SD that verifies tokens.
    /// GPC v2.3.1 §9.1.3.1 and §C.4.
    ///
    /// - Throws: `6985` without a token, without a key to verify it, and for one that has been used; `6A80` for a
    ///   command that does not read, and a load without the hash that the token is to sign; `6982` for a signature that
    ///   is not of this command, and a token for another card or provider.
    func verifyToken(_ request: ContentRequest, by verifier: AID) throws(Refusal) {
        guard !request.token.isEmpty else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let command = try tokenBearing(request)
        if case .load = request.step, case .forLoad(let load) = try? InstallCommand(request.command) {
            // Without the hash the token would approve of any content (Table 11-41).
            guard !load.loadFileDataBlockHash.isEmpty else { throw Refusal(.incorrectData) }
        }
        guard let domain = memory.securityDomain(verifier), let key = domain.verificationKey(.tokenVerification) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        if let reference = command.reference {
            guard isMeant(reference, by: verifier, for: request.receiver) else {
                throw Refusal(.securityStatusNotSatisfied)
            }
        }
        guard key.isValid(command.token, over: command.signedData) else { throw Refusal(.securityStatusNotSatisfied) }
        guard domain.delegation.isUnused(identity(of: command, key)) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    /// Uses the token up, together with what it allowed: a load is over with its last block, and until then others may
    /// have used the token.
    mutating func useToken(of request: ContentRequest, by verifier: AID) throws(Refusal) -> TokenControlReference? {
        let command = try tokenBearing(request)
        guard let domain = memory.securityDomain(verifier), let key = domain.verificationKey(.tokenVerification) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let token = identity(of: command, key)
        guard domain.delegation.isUnused(token) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.updateSecurityDomain(verifier) { $0.delegation.use(token) }
        return command.reference
    }

    private func tokenBearing(_ request: ContentRequest) throws(Refusal) -> TokenBearingCommand {
        do { return try TokenBearingCommand(request.command) } catch { throw Refusal(error.statusWord) }
    }

    /// Whether the control reference template names this card, and the provider whose security domain asked.
    private func isMeant(_ reference: TokenControlReference, by verifier: AID, for receiver: AID) -> Bool {
        let card = identification(of: verifier)
        func fits(_ named: [UInt8]?, _ own: [UInt8]?) -> Bool { named == nil || named == own }
        return fits(reference.identificationNumber, card.issuer) && fits(reference.imageNumber, card.image)
            && fits(reference.applicationProvider, memory.securityDomain(receiver)?.data[0x5F20])
    }

    /// The Identification Number (42) and Image Number (45) of a security domain: its own, or else the card's.
    func identification(of aid: AID) -> (issuer: [UInt8], image: [UInt8]) {
        let data = memory.securityDomain(aid)?.data
        return (
            data?[0x42] ?? memory.identity.issuerIdentificationNumber, data?[0x45] ?? memory.identity.cardImageNumber
        )
    }

    /// Of an ECDSA signature only r counts: from (r, s) anybody makes (r, n − s), which verifies too.
    private func identity(of command: TokenBearingCommand, _ key: VerificationKey) -> TokenIdentity {
        if let number = command.reference?.number { return .numbered(number) }
        if case .ec(let key) = key {
            return .unnumbered(Digest.hash(Array(command.token.prefix(key.curve.coordinateLength))))
        }
        return .unnumbered(Digest.hash(command.token))
    }
}
