import Issuing
import SeneschalAPI

/// The door of wallets and of devices that have a wallet's assertion: recognition, bindings, money.
struct IssuerWalletDoor: Sendable {
    let issuer: CardIssuer

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.verifyCardholder) { body, visit in
            .init(try await issuer.verify(body.opened(by: issuer).domain(), visit.issuerRequester()))
        }
        router.on(Endpoints.confirmOneTimePassword) { body, visit in
            .init(
                try await issuer.confirm(
                    visit.issuing("verificationId"), oneTimePassword: body.oneTimePassword, visit.issuerRequester()))
        }
        router.on(Endpoints.bindCard) { body, visit in
            .init(try await issuer.bind(body.domain(), visit.issuerRequester()))
        }
        router.on(Endpoints.bindCardOfDevice) { body, visit in
            .init(try await issuer.bind(body.domain(), visit.issuerRequester()))
        }
        router.on(Endpoints.unbindCard) { body, visit in
            try await issuer.unbind(body.domain(), visit.issuerRequester())
            return .init()
        }
        registerMoney(on: &router)
        router.on(Endpoints.getIssuerKey) { _, _ in
            let (name, encryption) = (issuer.profile.name, try issuer.encryptionKey())
            return .init(
                issuer: name, keyName: name, publicKey: try issuer.publicKey(), encryptionKey: encryption.publicKey,
                encryptionKeyName: encryption.name)
        }
    }

    private func registerMoney(on router: inout DoorRouter) {
        router.on(Endpoints.authorizeTokenTransaction) { body, visit in
            .init(try await issuer.authorize(body.domain(), visit.issuerRequester()))
        }
        router.on(Endpoints.authorizeChipTransaction) { body, visit in
            .init(try await issuer.authorize(body.domain(), visit.issuerRequester()))
        }
        router.on(Endpoints.reverseTransaction) { body, visit in
            switch try await issuer.reverse(body.transaction, visit.issuerRequester()) {
            case .reversed: .init(outcome: .reversed)
            case .declinedBefore: .init(outcome: .declinedBefore)
            case .notSeen: .init(outcome: .notSeen)
            }
        }
    }
}
