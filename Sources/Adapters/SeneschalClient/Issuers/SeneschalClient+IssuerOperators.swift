public import SeneschalAPI

// What the operator of an issuer asks for. Lists are asked for with ``SeneschalClient/list(_:limit:after:of:)``.

extension SeneschalClient {
    public func registerCardholder(
        _ request: API.RegisterCardholderRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Cardholder {
        try await send(Endpoints.registerCardholder, request, idempotencyKey: idempotencyKey)
    }

    /// Issues a card; the answer holds its number, told once.
    public func issueCard(
        _ request: API.IssueCardRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuedCard {
        try await send(Endpoints.issueCard, request, idempotencyKey: idempotencyKey)
    }

    /// Blocks a card, unblocks it, or closes it for good.
    public func setCardAccountState(
        _ state: API.CardAccountState, of card: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.CardAccount {
        try await send(
            Endpoints.setCardAccountState, .init(state: state), ["card": card], idempotencyKey: idempotencyKey)
    }

    /// Signs the issuer's word to a wallet about a card.
    public func signTokenOrder(
        _ request: API.TokenOrderRequest, of card: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.TokenOrder {
        try await send(Endpoints.signTokenOrder, request, ["card": card], idempotencyKey: idempotencyKey)
    }

    /// Who has a card in which wallet, on which secure element.
    public func cardBindings(
        of card: String
    ) async throws(SeneschalClientError) -> API.Page<API.IssuerBindingRecord> {
        try await send(Endpoints.listCardBindings, NoBody(), ["card": card])
    }

    /// The key of one card, wrapped for whoever personalizes its chip.
    public func personalizeChip(
        of card: String, transportKey: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ChipPersonalization {
        try await send(
            Endpoints.personalizeChip, .init(transportKey: transportKey), ["card": card],
            idempotencyKey: idempotencyKey)
    }

    /// The newest transactions, of one card or of all.
    public func cardTransactions(
        of card: String? = nil, limit: Int? = nil
    ) async throws(SeneschalClientError) -> API.Page<API.CardTransaction> {
        var parameters = ["card": card].compactMapValues { $0 }
        parameters["limit"] = limit.map { "\($0)" }
        return try await send(Endpoints.listCardTransactions, NoBody(), parameters)
    }

    /// Registers a wallet; the answer holds its credential, told once.
    public func registerWallet(
        _ request: API.RegisterWalletRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.RegisteredWallet {
        try await send(Endpoints.registerWallet, request, idempotencyKey: idempotencyKey)
    }

    /// Makes another access credential of a wallet's; those before open nothing any more.
    public func renewWalletCredential(
        of wallet: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.RegisteredWallet {
        try await send(
            Endpoints.renewWalletCredential, .init(), ["wallet": wallet], idempotencyKey: idempotencyKey)
    }

    /// Takes in another key of a wallet.
    public func addWalletKey(
        _ request: API.WalletKeyRequest, ofWallet wallet: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.WalletPlatform {
        try await send(Endpoints.addWalletKey, request, ["wallet": wallet], idempotencyKey: idempotencyKey)
    }
}
