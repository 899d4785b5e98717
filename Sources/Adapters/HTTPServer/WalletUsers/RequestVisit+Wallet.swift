import SeneschalAPI
import Wallet

extension RequestVisit {
    /// The session that asks.
    func walletSession() throws(Problem) -> Session {
        guard case .walletUser(let session, _) = visitor else { throw Problem(.forbidden) }
        return session
    }

    /// The acquirer that asks.
    func askingAcquirer() throws(Problem) -> AcquirerName {
        guard case .acquirer(let name) = visitor else { throw Problem(.forbidden) }
        return name
    }

    /// A parameter that names something in the wallet.
    func walletIdentifier<Identifier: WalletIdentifier>(_ parameter: String) throws(Problem) -> Identifier {
        guard let identifier = Identifier(rawValue: parameters[parameter] ?? "") else {
            throw Problem(.notFound, detail: "nothing has this name", field: parameter)
        }
        return identifier
    }

    /// The key of a mutation, in the scope of who asks.
    func requestKey() throws(Problem) -> RequestKey {
        guard let idempotencyKey else { throw Problem(.idempotencyKeyMissing) }
        return RequestKey(
            scope: "\(try walletSession().user) \(route.operationID)", key: idempotencyKey, digest: digest)
    }

    /// Where the request comes from.
    var networkAddress: NetworkAddress { NetworkAddress(remoteAddress) }
}
