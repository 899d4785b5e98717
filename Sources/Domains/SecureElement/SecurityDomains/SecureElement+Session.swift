import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// INITIALIZE UPDATE: a new session begins, whatever there was before. The keys decide the protocol.
    /// GPC v2.3.1 §E.5.1; Amendment D v1.2 §7.1.1.
    mutating func initializeUpdate(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        let request = try decode(command, as: InitializeUpdateCommand.self)
        guard let invoker = channels[channel]?.selected else { throw Refusal(.conditionsOfUseNotSatisfied) }
        channels[channel]?.endSession()
        let keys = try keySet(request.keyVersion, for: invoker)
        let handshake: CardHandshake
        do throws(SecureChannelCardError) {
            switch keys.keys {
            case .scp02(let set): handshake = .scp02(try handshake02(command, set, keys, invoker: invoker))
            case .scp03(let set): handshake = .scp03(try handshake03(command, set, keys, invoker: invoker))
            }
        } catch {
            throw Refusal(error.statusWord)
        }
        channels[channel]?.session = .initiated(handshake, keys)
        return handshake.response
    }

    private mutating func handshake03(
        _ command: CommandAPDU, _ set: SCP03KeySet, _ keys: OpenKeySet, invoker: AID
    ) throws(SecureChannelCardError) -> SCP03CardHandshake {
        let implementation = memory.identity.implementation
        let challenge: SCP03CardChallenge
        if implementation.isPseudoRandom {
            // The counter moves on with INITIALIZE UPDATE, whatever becomes of the session (Amd D §6.2.2.1).
            guard let next = lastCounter(of: keys).next else { throw .countersExhausted }
            memory.updateSecurityDomain(keys.owner) { $0.sequenceCounters[keys.version] = next }
            challenge = .pseudoRandom(next, invoker: invoker)
        } else {
            challenge = .random(random.bytes(implementation.mode.length))
        }
        return try SCP03CardHandshake(
            command, keys: set, keyVersionNumber: keys.version.rawValue, implementation: implementation,
            keyDiversificationData: memory.identity.keyDiversificationData, challenge: challenge)
    }

    private func handshake02(
        _ command: CommandAPDU, _ set: SCP02KeySet, _ keys: OpenKeySet, invoker: AID
    ) throws(SecureChannelCardError) -> SCP02CardHandshake {
        guard let implementation = memory.identity.scp02, implementation.isExplicit else {
            throw .implicitInitiationOnly
        }
        return try SCP02CardHandshake(
            command, keys: set, keyVersionNumber: keys.version.rawValue, implementation: implementation,
            keyDiversificationData: memory.identity.keyDiversificationData, counter: try counter02(of: keys),
            challenge: implementation.isPseudoRandom ? .pseudoRandom(invoker: invoker) : .random(random.bytes(6)))
    }

    /// EXTERNAL AUTHENTICATE: the host proves itself, or the handshake is void. GPC v2.3.1 §E.5.2; Amd D §7.1.2.
    mutating func externalAuthenticate(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        let before = channels[channel]?.session
        channels[channel]?.endSession()
        guard case .initiated(let handshake, let keys)? = before else { throw Refusal(.conditionsOfUseNotSatisfied) }
        // Other channels may have failed, or opened sessions, since INITIALIZE UPDATE.
        try checkIsNotBlocked(keys.owner)
        do throws(SecureChannelCardError) {
            let session = try handshake.authenticate(command)
            if case .scp02 = handshake { moveCounter02(of: keys) }
            channels[channel]?.session = .open(session, keys)
        } catch {
            if error == .hostCryptogramMismatch { noteFailedAuthentication(of: keys.owner) }
            // `6300` is a warning: what was noted stays.
            return ResponseAPDU(error.statusWord)
        }
        clearFailedAuthentications(of: keys.owner)
        return ResponseAPDU(.success)
    }

    /// A command with a C-MAC and no session before it opens one, where the card's SCP02 has implicit initiation and the
    /// default keys are for it. GPC v2.3.1 §E.1.2.2.
    ///
    /// - Throws: `6982` when the C-MAC is not the one of these keys; nothing is open then.
    mutating func beginImplicitSession(with command: CommandAPDU, on channel: Int) throws(Refusal) {
        guard let implementation = memory.identity.scp02, !implementation.isExplicit,
            case LogicalChannel.Session.none? = channels[channel]?.session, let invoker = channels[channel]?.selected
        else { return }
        let keys = try keySet(nil, for: invoker)
        guard case .scp02(let set) = keys.keys else { return }
        // A part of a chain proves nothing yet.
        guard !Self.chainedInstructions.contains(command.instruction) || !BodyChaining.announcesMore(command) else {
            throw Refusal(.securityStatusNotSatisfied)
        }
        do throws(SecureChannelCardError) {
            let session = SCP02CardSession(
                implicit: implementation, keys: set, counter: try counter02(of: keys), invoker: invoker)
            // A trial: the command itself goes through the session like every other.
            var trial = session
            _ = try trial.unwrap(command)
            moveCounter02(of: keys)
            clearFailedAuthentications(of: keys.owner)
            channels[channel]?.session = .open(SecureChannelCardSession(session), keys)
        } catch {
            if error == .commandMACMismatch { noteFailedAuthentication(of: keys.owner) }
            memoryInAnyCase = memory
            throw Refusal(error.statusWord)
        }
        // Whatever becomes of the command: the same session keys never come again.
        memoryInAnyCase = memory
    }

    private mutating func noteFailedAuthentication(of owner: AID) {
        guard memory.identity.authenticationFailuresMax != nil else { return }
        memory.updateSecurityDomain(owner) { $0.authenticationFailures += 1 }
    }

    private mutating func clearFailedAuthentications(of owner: AID) {
        guard memory.securityDomain(owner)?.authenticationFailures != 0 else { return }
        memory.updateSecurityDomain(owner) { $0.authenticationFailures = 0 }
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
        guard let chosen = version ?? domain.defaultKeySet(memory.identity),
            let keys = domain.channelKeys(chosen, memory.identity)
        else { throw Refusal(.referencedDataNotFound) }
        return OpenKeySet(owner: owner, version: chosen, keys: keys)
    }
}

// MARK: - Sequence counters

extension SecureElement {
    private func lastCounter(of keys: OpenKeySet) -> SequenceCounter {
        memory.securityDomain(keys.owner)?.sequenceCounters[keys.version] ?? .zero
    }

    /// The counter of the next SCP02 session; after `FFFF` comes none (GPC v2.3.1 §E.1.2).
    private func counter02(of keys: OpenKeySet) throws(SecureChannelCardError) -> SCP02SequenceCounter {
        guard let value = UInt16(exactly: lastCounter(of: keys).rawValue) else { throw .countersExhausted }
        return SCP02SequenceCounter(rawValue: value)
    }

    /// A session of SCP02 has opened: the next one counts one more.
    private mutating func moveCounter02(of keys: OpenKeySet) {
        let next = lastCounter(of: keys).next ?? .max
        memory.updateSecurityDomain(keys.owner) { $0.sequenceCounters[keys.version] = next }
    }
}

// MARK: - R-MAC sessions

extension SecureElement {
    /// BEGIN and END R-MAC SESSION are for the session itself, in SCP02.
    ///
    /// - Returns: whether the command was one of them.
    func announceResponseMAC(
        _ command: CommandAPDU, to session: inout SecureChannelCardSession
    ) throws(Refusal) -> Bool {
        guard session.protocolIdentifier == 0x02, command.classByte.isProprietary else { return false }
        do throws(SecureChannelCardError) {
            guard let command = try ResponseMACSessionCommand(command) else { return false }
            try session.announce(command)
            return true
        } catch {
            throw Refusal(error.statusWord)
        }
    }
}
