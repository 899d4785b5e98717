import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// INITIALIZE UPDATE: a new session begins, whatever there was before. GPC Amendment D v1.2 §7.1.1.
    mutating func initializeUpdate(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        let request = try decode(command, as: InitializeUpdateCommand.self)
        guard let invoker = channels[channel]?.selected else { throw Refusal(.conditionsOfUseNotSatisfied) }
        channels[channel]?.endSession()
        let keys = try keySet(request.keyVersion, for: invoker)
        let challenge = try challenge(keys, invoker: invoker)
        let handshake: SCP03CardHandshake
        do throws(SecureChannelCardError) {
            handshake = try SCP03CardHandshake(
                command, keys: keys.keys, keyVersionNumber: keys.version.rawValue,
                implementation: memory.identity.implementation,
                keyDiversificationData: memory.identity.keyDiversificationData, challenge: challenge)
        } catch {
            throw Refusal(error.statusWord)
        }
        channels[channel]?.session = .initiated(handshake, keys)
        return handshake.response
    }

    /// EXTERNAL AUTHENTICATE: the host proves itself, or the handshake is void. §7.1.2.
    mutating func externalAuthenticate(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        let before = channels[channel]?.session
        channels[channel]?.endSession()
        guard case .initiated(let handshake, let keys)? = before else { throw Refusal(.conditionsOfUseNotSatisfied) }
        // Other channels may have failed since INITIALIZE UPDATE.
        try checkIsNotBlocked(keys.owner)
        do throws(SecureChannelCardError) {
            let session = try handshake.authenticate(command)
            channels[channel]?.session = .open(session, keys)
        } catch {
            if error == .hostCryptogramMismatch { noteFailedAuthentication(of: keys.owner) }
            // `6300` is a warning: what was noted stays.
            return ResponseAPDU(error.statusWord)
        }
        if memory.securityDomain(keys.owner)?.authenticationFailures != 0 {
            memory.updateSecurityDomain(keys.owner) { $0.authenticationFailures = 0 }
        }
        return ResponseAPDU(.success)
    }

    private mutating func noteFailedAuthentication(of owner: AID) {
        guard memory.identity.authenticationFailuresMax != nil else { return }
        memory.updateSecurityDomain(owner) { $0.authenticationFailures += 1 }
    }

    /// Too many failures in a row: nobody tries again. Only other keys, put by the SD above, would help.
    private func checkIsNotBlocked(_ owner: AID) throws(Refusal) {
        guard let max = memory.identity.authenticationFailuresMax, let domain = memory.securityDomain(owner),
            domain.authenticationFailures >= max
        else { return }
        throw Refusal(.authenticationMethodBlocked)
    }

    /// The key set that a session runs with: the SD's own, or that of the SD above it while it has none.
    private func keySet(_ version: KeyVersionNumber?, for invoker: AID) throws(Refusal) -> OpenKeySet {
        let owner = memory.keyOwner(of: invoker)
        guard let domain = memory.securityDomain(owner) else { throw Refusal(.referencedDataNotFound) }
        try checkIsNotBlocked(owner)
        guard let chosen = version ?? domain.defaultKeySet, let keys = domain.keySet(chosen) else {
            throw Refusal(.referencedDataNotFound)
        }
        return OpenKeySet(owner: owner, version: chosen, keys: keys)
    }

    /// The counter moves on with INITIALIZE UPDATE, whatever becomes of the session (Amd D §6.2.2.1).
    private mutating func challenge(_ keys: OpenKeySet, invoker: AID) throws(Refusal) -> SCP03CardChallenge {
        let implementation = memory.identity.implementation
        guard implementation.isPseudoRandom else { return .random(random.bytes(implementation.mode.length)) }
        let last = memory.securityDomain(keys.owner)?.sequenceCounters[keys.version] ?? .zero
        guard let next = last.next else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.updateSecurityDomain(keys.owner) { $0.sequenceCounters[keys.version] = next }
        return .pseudoRandom(next, invoker: invoker)
    }
}
