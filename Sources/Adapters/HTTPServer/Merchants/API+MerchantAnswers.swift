import ISO4217
import Instructions
import Merchants
import SeneschalAPI

extension API.Merchant {
    init(_ merchant: Merchant) {
        let state: API.MerchantState = merchant.state == .active ? .active : .suspended
        self.init(
            merchant: merchant.id.rawValue, name: merchant.name, payee: merchant.payee,
            rewardAccount: merchant.rewardAccount, currency: merchant.currency.code, category: merchant.category,
            state: state, keyNames: merchant.keys.map(\.name), registeredAt: Timestamp(merchant.registeredAt))
    }
}

extension API.RegisteredMerchant {
    init(_ registered: RegisteredMerchant) {
        self.init(merchant: API.Merchant(registered.merchant), secret: registered.secret)
    }
}

extension API.PayTag {
    init(_ tag: PayTag) {
        let state: API.PayTagState =
            switch tag.state {
            case .active: .active
            case .disabled: .disabled
            case .revoked: .revoked
            }
        self.init(
            tag: tag.reference.rawValue, tagId: HexBytes(tag.tagID), merchant: tag.merchant.rawValue,
            label: tag.place.label, terminal: tag.place.terminal, amount: tag.amount.map { Int($0) },
            kind: tag.kind == .fixedContent ? .fixedContent : .secureDynamic, version: Int(tag.version), state: state,
            lastCounter: tag.lastCounter.map { Int($0) }, content: HexBytes(tag.content),
            madeAt: Timestamp(tag.madeAt))
    }
}

extension API.MadeTag {
    init(_ made: MadeTag) {
        self.init(
            tag: API.PayTag(made.tag),
            mirror: made.mirror.map {
                API.TagMirror(
                    piccDataOffset: $0.piccDataOffset, macInputOffset: $0.macInputOffset, macOffset: $0.macOffset)
            })
    }
}

extension API.TagKeys {
    init(_ keys: WrappedTagKeys) {
        self.init(metaReadKey: HexBytes(keys.metaReadKey), fileReadKey: HexBytes(keys.fileReadKey))
    }
}

extension API.TagReading {
    init(_ reading: TagReading) {
        self.init(
            instruction: reading.instruction.rawValue, merchant: reading.merchant.rawValue,
            merchantName: reading.merchantName, label: reading.place, terminal: reading.terminal,
            currency: reading.currency.code, amount: reading.amount.map { Int($0) }, statement: reading.statement,
            expiresAt: Timestamp(reading.expiresAt))
    }
}

extension API.TargetObject {
    init(_ object: TargetObject) {
        self.init(
            object: object.id.rawValue, merchant: object.merchant.rawValue, title: object.title,
            price: Int(object.price), currency: object.currency.code, stock: object.stock.map { Int($0) },
            quantityMax: Int(object.quantityMax), start: Timestamp(object.period.start),
            end: Timestamp(object.period.end), state: object.state == .published ? .published : .withdrawn,
            publishedAt: Timestamp(object.publishedAt))
    }
}

extension API.ObjectOrder {
    init(_ order: ObjectOrderAnswer) {
        self.init(
            instruction: order.instruction.rawValue, object: order.object.rawValue, merchantName: order.merchantName,
            title: order.title, quantity: Int(order.quantity), amount: Int(order.amount.minorUnits),
            currency: order.amount.currency.code, statement: order.statement, expiresAt: Timestamp(order.expiresAt))
    }
}

extension API.IssuedInstruction {
    init(_ issued: IssuedInstruction) {
        let state: API.InstructionState =
            switch issued.state {
            case .open: .open
            case .paid: .paid
            case .declined: .declined
            case .expired: .expired
            case .lapsed: .lapsed
            }
        self.init(
            instruction: issued.id.rawValue, reference: issued.statement.reference,
            description: issued.statement.description, terminal: issued.terminal,
            quantity: issued.order.map { Int($0.quantity) }, amount: issued.statement.amount.map { Int($0) },
            currency: issued.statement.currency.code, state: state,
            isShort: issued.order?.isShort == true ? true : nil,
            paidAmount: issued.state == .paid ? issued.result?.amount.map { Int($0) } : nil,
            order: issued.result?.order, settledAt: issued.result.map { Timestamp($0.at) },
            expiresAt: Timestamp(issued.statement.exp))
    }
}

extension API.MerchantAuditEntry {
    init(_ entry: PlatformAuditEntry) {
        self.init(at: Timestamp(entry.at), actor: entry.actor, action: entry.action, detail: entry.detail)
    }
}

extension API.PlatformUser {
    init(_ user: PlatformUser) {
        self.init(
            user: user.id.rawValue, name: user.name, rewardAccount: user.rewardAccount,
            registeredAt: Timestamp(user.registeredAt))
    }
}

extension API.Relation {
    init(_ relation: RelationView) {
        let state: API.RelationState =
            switch relation.state {
            case .mutual: .mutual
            case .asked: .asked
            case .asking: .asking
            }
        self.init(name: relation.name, state: state)
    }
}

extension Timestamp {
    init(_ seconds: Int64) { self.init(secondsSince1970: seconds) }
}
