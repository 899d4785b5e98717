public import SeneschalAPI

// Accounts, sessions, devices and tokens of a wallet.

extension SeneschalClient {
    public func openAccount(
        _ request: API.AccountRequest
    ) async throws(SeneschalClientError) -> API.OpenedAccount { try await send(Endpoints.openAccount, request) }

    /// The secret in the answer is the credential of what follows.
    public func logIn(_ request: API.LoginRequest) async throws(SeneschalClientError) -> API.OpenedSession {
        try await send(Endpoints.logIn, request)
    }

    /// The password once more, before a card is moved or removed.
    public func authenticateAgain(password: String) async throws(SeneschalClientError) -> API.Reauthentication {
        try await send(Endpoints.authenticateAgain, .init(password: password))
    }

    public func sessions() async throws(SeneschalClientError) -> [API.WalletSession] {
        try await send(Endpoints.listSessions, .init()).items
    }

    /// Ends the session that asks.
    public func endSession() async throws(SeneschalClientError) { _ = try await send(Endpoints.endSession, .init()) }

    /// Ends one session, or all but the one that asks.
    ///
    /// - Returns: how many have ended.
    public func revokeSessions(_ session: String? = nil) async throws(SeneschalClientError) -> Int {
        try await send(Endpoints.revokeSessions, .init(sessionId: session)).count
    }

    public func devices() async throws(SeneschalClientError) -> [API.Device] {
        try await send(Endpoints.listDevices, .init()).items
    }

    /// Removes a device without cards.
    public func removeDevice(
        _ device: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> Int {
        try await send(Endpoints.removeDevice, .init(), ["deviceId": device], idempotencyKey: idempotencyKey).count
    }

    /// A token with its history.
    public func paymentToken(_ token: String) async throws(SeneschalClientError) -> API.PaymentToken {
        try await send(Endpoints.getToken, .init(), ["token": token])
    }

    public func suspendToken(
        _ token: String, reason: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.PaymentToken {
        try await send(
            Endpoints.suspendToken, .init(reason: reason), ["token": token], idempotencyKey: idempotencyKey)
    }

    public func resumeToken(
        _ token: String, reason: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.PaymentToken {
        try await send(
            Endpoints.resumeToken, .init(reason: reason), ["token": token], idempotencyKey: idempotencyKey)
    }
}
