import CardCryptography
import EMV
import SeneschalAPI
import Wallet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The door of users' devices to their cards, `/wallet/v1`.
struct WalletCardDoor: Sendable {
    let desk: CardDesk
    let keys: WalletPublicKeys

    func register(on router: inout DoorRouter) {
        registerBinding(on: &router)
        registerActivation(on: &router)
        registerSecureElement(on: &router)
        registerMigration(on: &router)
    }

    private func registerBinding(on router: inout DoorRouter) {
        router.on(Endpoints.walletKeys) { _, _ in
            .init(
                name: keys.walletName, signingKey: keys.signing.key.pem, signingKeyName: keys.signing.name,
                encryptionKey: keys.encryption.key.pem, encryptionKeyName: keys.encryption.name)
        }
        router.on(Endpoints.walletCardList) { _, visit in
            guard let user = UserID(rawValue: visit.parameters["userId"] ?? "") else {
                throw Problem(.notFound, field: "userId")
            }
            return .init(cards: try await desk.cards(of: user, visit.userRequest()).map(API.WalletCard.init))
        }
        router.on(Endpoints.bindingAssertion) { body, visit in
            let (assertion, expiry) = try await desk.bindingAssertion(for: body.reference(), visit.userRequest())
            return .init(assertion: assertion, expires: Timestamp(secondsSince1970: expiry))
        }
    }

    private func registerActivation(on router: inout DoorRouter) {
        router.on(Endpoints.activateCard) { body, visit in
            let request = ActivationRequest(
                try await target(of: body), functions: body.functions.map(\.domain))
            return .init(try await desk.activate(request, visit.userRequest()))
        }
        router.on(Endpoints.confirmActivation) { body, visit in
            .init(
                try await desk.confirm(
                    verification: body.verification, oneTimePassword: body.oneTimePassword, visit.userRequest()))
        }
    }

    private func registerSecureElement(on router: inout DoorRouter) {
        router.on(Endpoints.prepareSecureElement) { _, visit in
            .init(types: try await desk.prepareSecureElement(visit.userRequest()).map { Int($0.rawValue) })
        }
        router.on(Endpoints.synchronizeCards) { body, visit in
            let done = try await desk.synchronize(body.found(), visit.userRequest())
            return .init(
                restored: done.restored.map { HexBytes($0.bytes) }, removed: done.removed.map { HexBytes($0.bytes) })
        }
        router.on(Endpoints.unbindWalletCard) { body, visit in
            .init(isCleared: try await desk.unbind(body.reference(), visit.userRequest()))
        }
    }

    private func registerMigration(on router: inout DoorRouter) {
        router.on(Endpoints.migrationSources) { _, visit in
            .init(devices: try await desk.migrationSources(visit.userRequest()).map(API.MigrationSource.init))
        }
        router.on(Endpoints.migrateCards) { body, visit in
            guard let source = DeviceID(rawValue: body.from) else { throw Problem(.notFound, field: "from") }
            var cards: [CardReference]?
            if let named = body.cards {
                cards = try named.map { name throws(Problem) in
                    guard let card = CardReference(rawValue: name) else { throw Problem(.notFound, field: "cards") }
                    return card
                }
            }
            return .init(try await desk.migrate(from: source, cards: cards, visit.userRequest()))
        }
        router.on(Endpoints.migration) { _, visit in
            guard let id = MigrationID(rawValue: visit.parameters["migrationId"] ?? "") else {
                throw Problem(.notFound, field: "migrationId")
            }
            return .init(try await desk.migration(id, visit.userRequest()))
        }
    }

    // MARK: - New cards

    private func target(of body: API.CardActivationRequest) async throws -> ActivationRequest.Target {
        switch (body.card, body.confirmation, body.verification) {
        case (nil, nil, let verification?): return .newCard(try await opened(verification))
        case (let card?, let confirmation?, nil):
            return .confirmedCard(try API.NamedCard(card: card).reference(), confirmation: confirmation)
        case (let card?, nil, nil): return .knownCard(try API.NamedCard(card: card).reference())
        default:
            throw Problem(
                .invalidField, detail: "name a card of the wallet's, or send the verification of a new one",
                field: "card")
        }
    }

    /// What the device encrypted to the wallet; nothing of it is in any answer or log.
    private func opened(_ compact: String) async throws -> CardVerification {
        func refusal(_ reason: String) -> Problem { Problem(.invalidField, detail: reason, field: "verification") }
        let payload: SecretBytes
        do {
            payload = try await keys.open(compact, API.CardVerification.type)
        } catch {
            throw refusal("it is not encrypted to this wallet's key, or is no card verification")
        }
        guard
            let fields = try? JSONDecoder().decode(API.CardVerification.self, from: Data(payload.revealed()))
        else { throw refusal("a member is missing: number, expiry, cardholderName, identityNumber, telephoneNumber") }
        let number: PrimaryAccountNumber
        do { number = try PrimaryAccountNumber(fields.number) } catch { throw refusal(error.description) }
        guard let expiry = CardExpiry(printed: fields.expiry) else { throw refusal("the expiry is MM/YY") }
        for text in [fields.cardholderName, fields.identityNumber, fields.telephoneNumber]
        where !(1...128).contains(text.utf8.count) {
            throw refusal("name, identity number and telephone number have 1 to 128 bytes")
        }
        return CardVerification(
            number: number, expiry: expiry, cardholderName: fields.cardholderName,
            identityNumber: fields.identityNumber, telephoneNumber: fields.telephoneNumber)
    }
}

extension RequestVisit {
    /// The request of the user whose session it is.
    func userRequest() throws(Problem) -> UserRequest {
        guard case .walletUser(let session, let device)? = visitor else { throw Problem(.forbidden) }
        return UserRequest(
            user: session.user, device: device, authenticatedAt: session.authenticatedAt,
            address: networkAddress, idempotencyKey: idempotencyKey ?? "", requestDigest: digest)
    }
}
