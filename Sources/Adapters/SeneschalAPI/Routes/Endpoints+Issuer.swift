extension Endpoints {
    /// What wallets, devices and its operator ask a reference issuer for, under `/issuer/v1`.
    static let issuer: [APIRoute] = []
}
