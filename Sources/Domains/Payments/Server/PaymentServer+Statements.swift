import CardCryptography
public import Instructions
import JOSE

extension PaymentServer {
    /// What a platform has signed for this server.
    ///
    /// - Throws: ``PaymentsError/statementRefused(_:)``, also for a platform that is not known or suspended.
    public func statement<Claims: Statement>(
        _ compact: String, ofPlatform: Claims.Type = Claims.self, at now: Int64
    ) async throws(PaymentsError) -> (claims: Claims, platform: Platform) {
        let key = try await key(of: compact)
        guard let key, case .platform(let name) = key.holder,
            let platform = try await stored({ () async throws(PaymentStoreError) in try await store.platform(name) }),
            platform.suspendedAt == nil
        else { throw .statementRefused(.signature(.unknownKey)) }
        return (try read(compact, by: key, at: now), platform)
    }

    /// What a terminal has signed for this server.
    ///
    /// - Throws: ``PaymentsError/statementRefused(_:)``, also for a terminal that is not known or suspended.
    public func statement<Claims: Statement>(
        _ compact: String, ofTerminal: Claims.Type = Claims.self, at now: Int64
    ) async throws(PaymentsError) -> (claims: Claims, terminal: Terminal) {
        let key = try await key(of: compact)
        guard let key, case .terminal(let name) = key.holder,
            let terminal = try await stored({ () async throws(PaymentStoreError) in try await store.terminal(name) }),
            terminal.suspendedAt == nil
        else { throw .statementRefused(.signature(.unknownKey)) }
        return (try read(compact, by: key, at: now), terminal)
    }

    /// What a payer's device has signed for this server.
    func confirmation(
        _ compact: String, by payer: Payer, at now: Int64
    ) throws(PaymentsError) -> PayerConfirmation {
        do throws(StatementRefusal) {
            return try reader(at: now).read(compact) { keyName in
                guard keyName == payer.device.name, let key = payer.device.publicKey else { return nil }
                return (payer.account.rawValue, key)
            }
        } catch {
            throw .statementRefused(error)
        }
    }

    /// The key that a statement says it is signed with; nothing of the statement is believed yet.
    private func key(of compact: String) async throws(PaymentsError) -> SigningKey? {
        guard let name = StatementReader.keyName(of: compact) else { throw .statementRefused(.signature(.malformed)) }
        return try await stored { () async throws(PaymentStoreError) in try await store.signingKey(named: name) }
    }

    private func read<Claims: Statement>(
        _ compact: String, by key: SigningKey, at now: Int64
    ) throws(PaymentsError) -> Claims {
        do throws(StatementRefusal) {
            return try reader(at: now).read(compact) { keyName in
                guard keyName == key.name, let publicKey = key.publicKey else { return nil }
                return (key.holder.name.value, publicKey)
            }
        } catch {
            throw .statementRefused(error)
        }
    }
}
