import CardManagement
import ISO7816

/// A command of `seneschal gp` that speaks to a security domain under its keys.
///
/// The options stand side by side, not in each other: ArgumentParser checks nested groups again at every level, which
/// in a debug build takes longer than most commands.
protocol GPSessionAction: GPAction {
    var selection: CardSelection { get }
    var keys: CardKeyOptions { get }
    var unlock: VaultOptions { get }
    var channel: SecureChannelOptions { get }
}

extension GPSessionAction {
    func keySource() throws -> any CardKeySource { try keys.source(unlock: unlock) }

    /// The manager of the selected card, for the time of `body`.
    func withManager<Value>(_ body: (CardManager) async throws -> Value) async throws -> Value {
        // Before the reader is taken: a mistake in the arguments needs no card.
        let keys = try keySource()
        return try await selection.withCard { card in
            let manager = CardManager(channel: card, keys: keys, journal: try StateDirectory.journal())
            if let scp = channel.scp { try scp.check(try await manager.verify(channel.request)) }
            return try await body(manager)
        }
    }

    /// An open session with the security domain, for the time of `body`.
    func withSession<Value>(
        _ body: (inout ManagementSession) async throws -> Value
    ) async throws -> Value {
        try await withManager { manager in
            var session = try await manager.open(channel.request)
            return try await body(&session)
        }
    }
}
