extension Endpoints {
    /// What users' devices and acquirers ask a wallet for.
    static let wallet: [APIRoute] = walletAccounts + walletCards
}
