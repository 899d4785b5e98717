import Foundation
import GlobalPlatform
public import ISO7816
import SecureChannel

extension CardManager {
    /// Carries out a rotation, and comes back when the card is lost. Every step is decided from what the card holds, so
    /// that the same call, or ``recover(_:reconnectionsMax:)``, takes up a rotation that was cut off anywhere.
    ///
    /// The old keys come from ``keys``.
    /// - Throws: ``CardManagementError``.
    public func rotate(
        _ rotation: KeyRotation, reconnectionsMax: Int = 3
    ) async throws(CardManagementError) -> KeyRotationOutcome {
        try rotation.check()
        return try await reconnecting(Reconnection(max: reconnectionsMax) { _, _ in }) {
            losses throws(CardManagementError) in
            var outcome = try await converge(rotation, mayBegin: true)
            outcome.reconnections = losses
            return outcome
        }
    }

    /// Ends a rotation that was cut off: forward when the new set is on the card, and from the beginning when it is not.
    ///
    /// - Throws: ``CardManagementError``; `notAllowed` when the journal knows of no such rotation.
    public func recover(
        _ rotation: KeyRotation, reconnectionsMax: Int = 3
    ) async throws(CardManagementError) -> KeyRotationOutcome {
        try rotation.check()
        return try await reconnecting(Reconnection(max: reconnectionsMax) { _, _ in }) {
            losses throws(CardManagementError) in
            var outcome = try await converge(rotation, mayBegin: losses > 0)
            outcome.reconnections = losses
            return outcome
        }
    }

    /// Which of the two sets the card holds, by INITIALIZE UPDATE alone: no try is burnt, nothing changes.
    ///
    /// - Throws: ``CardManagementError``.
    public func examine(_ rotation: KeyRotation) async throws(CardManagementError) -> KeyRotationState {
        KeyRotationState(
            old: try await presence(of: rotation.oldVersion, keys, rotation),
            new: try await presence(of: rotation.newVersion, FixedKeySource(rotation.newKeys), rotation))
    }

    /// The rotations that the journal knows of for this card.
    ///
    /// - Throws: ``CardManagementError``.
    public func rotationOnRecord(
        of securityDomain: AID? = nil
    ) async throws(CardManagementError) -> KeyRotationRecord? {
        try await journal.decoded(KeyRotationRecord.self, at: try await rotationKey(securityDomain))
    }

    /// Forgets a rotation that was cut off, whatever the card holds: for one that nobody can end any more.
    ///
    /// - Throws: ``CardManagementError``.
    public func forgetRotation(of securityDomain: AID? = nil) async throws(CardManagementError) {
        try await journal.forget(try await rotationKey(securityDomain))
    }

    private func rotationKey(_ securityDomain: AID?) async throws(CardManagementError) -> JournalKey {
        guard let card = try await identify(), let key = KeyRotationRecord.key(securityDomain, on: card) else {
            throw .notAllowed("the card tells nothing by which the journal could know it again")
        }
        return key
    }

    private func presence(
        of version: KeyVersionNumber, _ keys: any CardKeySource, _ rotation: KeyRotation
    ) async throws(CardManagementError) -> KeyRotationState.Presence {
        do {
            _ = try await verify(
                SessionRequest(securityDomain: rotation.securityDomain, keyVersion: version), keys: keys)
            return .verified
        } catch {
            switch error {
            case .wrongKeys: return .otherKeys
            case .noSuchKeySet: return .absent
            default: throw error
            }
        }
    }
}

// MARK: - Steps

extension CardManager {
    /// One step after the other until the card holds what the rotation wants.
    private func converge(
        _ rotation: KeyRotation, mayBegin: Bool
    ) async throws(CardManagementError) -> KeyRotationOutcome {
        let journalKey = try await rotationKey(rotation.securityDomain)
        let record = try await journal.decoded(KeyRotationRecord.self, at: journalKey)
        if let record, record != KeyRotationRecord(rotation) {
            throw .notAllowed(
                "a rotation from version \(record.oldVersion) to \(record.newVersion) was cut off: recover that first")
        }
        guard record != nil || mayBegin else { throw .notAllowed("no rotation was cut off on this card") }
        var state = try await examine(rotation)
        if record == nil {
            guard state.old == .verified else { throw Self.cannotBegin(state, rotation) }
            guard state.new == .absent || rotation.oldVersion == rotation.newVersion else {
                throw .notAllowed("the card has a key set \(rotation.newVersion) already: delete it first")
            }
            try await journal.encode(KeyRotationRecord(rotation), at: journalKey)
        }
        var outcome = KeyRotationOutcome(old: .kept, wasResumed: record != nil)
        // Delete, put, prove: a card that needs more turns does not do what it says.
        for _ in 0..<4 {
            switch try state.nextStep(rotation) {
            case .deleteUnusableNew:
                try await deleteUnusable(rotation)
            case .putNew:
                do { try await putNew(rotation) } catch {
                    // PUT KEY is whole or not at all: after a refusal there is nothing to recover.
                    if case .cardRefused = error { try await journal.forget(journalKey) }
                    throw error
                }
            case .proveNewAndDeleteOld:
                outcome.old = try await proveNewAndDeleteOld(rotation)
                try await journal.forget(journalKey)
                return outcome
            case .finished:
                try await prove(rotation)
                if state.old != .verified { outcome.old = gone(rotation) }
                try await journal.forget(journalKey)
                return outcome
            }
            state = try await examine(rotation)
        }
        throw .cardMisbehaved("the key sets on the card do not change as its answers say")
    }

    private static func cannotBegin(_ state: KeyRotationState, _ rotation: KeyRotation) -> CardManagementError {
        state.old == .absent
            ? .notAllowed("the card has no key set \(rotation.oldVersion) to be replaced")
            : .notAllowed("the card holds other keys in version \(rotation.oldVersion): verify the old keys first")
    }

    private func gone(_ rotation: KeyRotation) -> KeyRotationOutcome.OldSet {
        rotation.place == .inPlace ? .replaced : .deleted
    }

    private func putNew(_ rotation: KeyRotation) async throws(CardManagementError) {
        var session = try await open(oldRequest(rotation))
        try await session.putKeys(
            rotation.newKeys, version: rotation.newVersion,
            replacing: rotation.place == .inPlace ? rotation.oldVersion : nil, algorithm: rotation.algorithm)
    }

    private func deleteUnusable(_ rotation: KeyRotation) async throws(CardManagementError) {
        var session = try await open(oldRequest(rotation))
        try await session.deleteKey(version: rotation.newVersion)
    }

    /// A session under the new set proves all that the card cryptogram does not.
    private func prove(_ rotation: KeyRotation) async throws(CardManagementError) {
        _ = try await openNew(rotation)
    }

    private func proveNewAndDeleteOld(
        _ rotation: KeyRotation
    ) async throws(CardManagementError) -> KeyRotationOutcome.OldSet {
        var session = try await openNew(rotation)
        do {
            try await session.deleteKey(version: rotation.oldVersion)
            return .deleted
        } catch {
            guard case .cardRefused(let refusal) = error else { throw error }
            return .refusedToGo(refusal.statusWord)
        }
    }

    private func oldRequest(_ rotation: KeyRotation) -> SessionRequest {
        SessionRequest(
            securityDomain: rotation.securityDomain, keyVersion: rotation.oldVersion, isForced: rotation.isForced)
    }

    private func openNew(_ rotation: KeyRotation) async throws(CardManagementError) -> ManagementSession {
        try await open(
            SessionRequest(
                securityDomain: rotation.securityDomain, keyVersion: rotation.newVersion, isForced: rotation.isForced),
            keys: FixedKeySource(rotation.newKeys))
    }
}
