import SeneschalAPI
import Wallet

// The wallet's cards, between the contract and the domain.

extension API.NamedCard {
    func reference() throws(Problem) -> CardReference {
        guard let reference = CardReference(rawValue: card) else { throw Problem(.notFound, field: "card") }
        return reference
    }
}

extension API.PaymentFunction {
    var domain: PaymentFunction {
        switch self {
        case .nfc: .nfc
        case .qr: .qr
        case .online: .online
        }
    }

    init(_ function: PaymentFunction) {
        switch function {
        case .nfc: self = .nfc
        case .qr: self = .qr
        case .online: self = .online
        }
    }
}

extension API.WalletCard {
    init(_ own: OwnCard) {
        func listed(_ functions: Set<PaymentFunction>) -> [API.PaymentFunction] {
            PaymentFunction.allCases.filter(functions.contains).map(API.PaymentFunction.init)
        }
        self.init(
            card: own.card.reference.rawValue, issuer: own.card.issuer.value,
            issuerCardReference: own.card.issuerCardReference, type: Int(own.card.type.rawValue),
            label: own.card.label, lastFour: own.card.lastFour, expiry: "\(own.card.expiry)",
            activatable: listed(own.activatable), active: listed(own.active), suspended: listed(own.suspended))
    }
}

extension API.CardActivationReply {
    init(_ reply: ActivationReply) {
        switch reply {
        case .bound(let activation): self.init(binding: .bound, activation: .init(activation))
        case .oneTimePasswordSent(let verification):
            self.init(binding: .oneTimePasswordSent, verification: verification)
        case .referred: self.init(binding: .referred)
        case .refused: self.init(binding: .refused)
        }
    }
}

extension API.CardActivation {
    fileprivate init(_ activation: Activation) {
        self.init(
            card: activation.card.rawValue, issuer: activation.issuer.value, type: Int(activation.type.rawValue),
            record: HexBytes(activation.record.bytes), label: activation.label, lastFour: activation.lastFour,
            functions: activation.functions.map { outcome in
                .init(
                    function: .init(outcome.function), paymentIdentifier: outcome.paymentIdentifier?.rawValue,
                    refusal: outcome.refusal.map { refusal in
                        switch refusal {
                        case .notPermitted: .notPermitted
                        }
                    })
            })
    }
}

extension API.SynchronizationRequest {
    func found() throws(Problem) -> [FoundRecord]? {
        guard let records else { return nil }
        var found: [FoundRecord] = []
        for record in records {
            guard let type = UInt8(exactly: record.type).flatMap(UniversalCardType.init(rawValue:)),
                let reference = RecordReference(record.reference.bytes)
            else { throw Problem(.invalidField, field: "records") }
            found.append(FoundRecord(type: type, reference: reference, fingerprint: record.fingerprint.bytes))
        }
        return found
    }
}

extension API.MigrationSource {
    init(_ source: MigrationSource) {
        self.init(
            device: source.device.id.rawValue, name: source.device.name,
            cards: source.cards.map {
                .init(card: $0.reference.rawValue, label: $0.label, lastFour: $0.lastFour)
            })
    }
}

extension API.Migration {
    init(_ migration: Migration) {
        self.init(
            migration: migration.id.rawValue, isComplete: !migration.isMoving,
            cards: migration.cards.map { progress in
                let status: API.MigratingCard.Status =
                    switch progress.step {
                    case .waiting, .loading: .underway
                    case .moved, .cleared: .moved
                    case .failed: .stayed
                    }
                return .init(card: progress.card.rawValue, status: status, code: progress.problem)
            })
    }
}
