import CardCryptography
import GlobalPlatform
import ISO7816

extension SecureElement {
    /// The data of the answer to a step that has been done: a receipt, or `00` for whoever needed no token (GPC v2.3.1
    /// Table 11-52). Called last, when memory is what the step made of it: token and counter change with it, or not at
    /// all.
    mutating func confirmation(of approval: ContentApproval) throws(Refusal) -> [UInt8] {
        guard let verifier = approval.verifier else { return Receipt.absent }
        let reference = try useToken(of: approval.request, by: verifier)
        return try receipt(for: approval, reference)?.bytes ?? Receipt.absent
    }

    /// The receipt of the SD with Receipt Generation above the one that asked; none where no SD has the privilege, or
    /// the one that has it was given no key. GPC v2.3.1 §9.1.3.5 and §C.5.
    ///
    /// - Throws: `6985` when the counter has been used up.
    private mutating func receipt(
        for approval: ContentApproval, _ reference: TokenControlReference?
    ) throws(Refusal) -> Receipt? {
        guard let generator = memory.nearest(.receiptGeneration, from: approval.request.receiver),
            let domain = memory.securityDomain(generator), let key = domain.signatureKey(.receiptGeneration)
        else { return nil }
        guard domain.delegation.confirmationCounter < .max else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let counter = domain.delegation.confirmationCounter + 1
        memory.updateSecurityDomain(generator) { $0.delegation.confirmationCounter = counter }
        let card = identification(of: generator)
        let confirmation = ConfirmationData(
            counter: counter, cardUniqueData: card.issuer + card.image,
            tokenIdentifier: reference?.number.map(TokenControlReference.bytes(of:)) ?? [])
        let signature = key.signature(over: Receipt.signedData(confirmation, try operation(approval)))
        return Receipt(signature: signature, confirmation: confirmation)
    }

    private func operation(_ approval: ContentApproval) throws(Refusal) -> ConfirmedOperation {
        switch approval.request.step {
        case .load(let file, let domain): return .load(file, under: domain)
        case .install(let application, let file, _): return .install(application, from: file)
        case .makeSelectable(let application):
            guard let known = memory.application(application) else { throw Refusal(.referencedDataNotFound) }
            return .install(application, from: known.loadFile)
        case .extradite(let object, let destination):
            guard let former = approval.formerSecurityDomain else { throw Refusal(.referencedDataNotFound) }
            return .extradition(object, from: former, to: destination)
        case .updateRegistry(let application, let destination):
            guard case .forRegistryUpdate(let update) = try? InstallCommand(approval.request.command) else {
                throw Refusal(.incorrectData)
            }
            return .registryUpdate(
                .init(
                    application: application,
                    formerSecurityDomain: destination == nil ? nil : approval.formerSecurityDomain,
                    securityDomain: destination, privileges: update.privileges, parameters: update.parameters.bytes))
        case .delete(let object): return .deletion(object)
        }
    }
}
