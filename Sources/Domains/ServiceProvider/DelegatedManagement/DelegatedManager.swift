public import CardCryptography
import GlobalPlatform
import ISO7816

/// Manages content in a provider's own security domain, with a token of the central TSM's for every step, and hands every
/// receipt back (TSM-28).
///
///     let manager = DelegatedManager(tsm: connection, keys: vault, random: SystemRandomSource())
///     try await manager.run(.init(subscriber: …, service: …, paymentReferenceNumber: …, operations: [
///         .load(executableLoadFile: package, file),
///         .install(executableLoadFile: package, executableModule: module, application: instance),
///     ]))
///
/// It is driven by what the central TSM says of the card. A lost answer is settled by reading the card before anything
/// else is asked for; what is done is found done, so the same order may be run again at any time.
public struct DelegatedManager: Sendable {
    private let tsm: any DelegationConnection
    private let road: ProvisioningFlow

    public init(
        tsm: any DelegationConnection, keys: any ProviderKeys, random: any RandomSource,
        firstPause: Duration = .milliseconds(50)
    ) {
        self.tsm = tsm
        road = ProvisioningFlow(tsm: tsm, keys: keys, random: random, firstPause: firstPause)
    }

    /// What to do, on whose card; service and reference number name the communication that carries it.
    public struct Order: Sendable {
        public var subscriber: Subscriber
        public var service: ServiceName
        public var paymentReferenceNumber: String
        /// In order; an object is either made or deleted in one order.
        public var operations: [DelegatedOperation]

        public init(
            subscriber: Subscriber, service: ServiceName, paymentReferenceNumber: String,
            operations: [DelegatedOperation]
        ) {
            self.subscriber = subscriber
            self.service = service
            self.paymentReferenceNumber = paymentReferenceNumber
            self.operations = operations
        }
    }

    /// What the manager is doing, for people who watch it.
    public enum Step: Hashable, Sendable {
        case approved(numbers: [UInt64])
        /// Receipts that the central TSM has verified.
        case confirmed(numbers: [UInt64])
        /// The card was read: these tokens were used although their receipts are lost.
        case settled(used: [UInt64], unused: [UInt64])
        case repeating(reason: String)
    }

    /// Tokens in one approval at most.
    public static let tokensMax = 8

    /// - Returns: how many operations were done, as opposed to found done.
    @discardableResult
    public func run(
        _ order: Order, report: @Sendable (Step) async -> Void = { _ in }
    ) async throws(ProvisioningError) -> Int {
        var done = 0
        var lastRefusal: RelayedScriptResult?
        for _ in 0..<ProvisioningFlow.roundsMax {
            let (target, card) = try await openedCard(order)
            let content = try await road.asking { () async throws(CentralTSMConnectionError) in
                try await tsm.delegatedContent(on: target.secureElementID, of: order.subscriber)
            }
            let missing = order.operations.filter { !$0.isDone(content, in: card.securityDomain) }
            guard !missing.isEmpty else { return done }
            let (finished, result) = try await round(Array(missing.prefix(Self.tokensMax)), target, card, report)
            done += finished
            if case .misbehaved(let reason) = result { throw .cardMisbehaved(reason) }
            if case .stopped(let reason, _) = result {
                if finished == 0, result == lastRefusal { throw .refused(code: "cardRefused", detail: reason) }
                await report(.repeating(reason: reason))
            }
            lastRefusal = finished == 0 ? result : nil
        }
        throw .doesNotConverge
    }

    private func openedCard(
        _ order: Order
    ) async throws(ProvisioningError) -> (target: ServiceTarget, card: CardDescription) {
        let element = try await road.asking { () async throws(CentralTSMConnectionError) in
            try await tsm.secureElement(of: order.subscriber)
        }
        guard let card = element.card, element.custody != .central else {
            throw .wrongState("not prepared: you have no security domain with keys on this card")
        }
        let target = ServiceTarget(
            subscriber: order.subscriber, secureElementID: element.id, service: order.service,
            paymentReferenceNumber: order.paymentReferenceNumber)
        return (target, card)
    }

    /// One approval from its request to its end.
    private func round(
        _ operations: [DelegatedOperation], _ target: ServiceTarget, _ card: CardDescription,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> (finished: Int, RelayedScriptResult) {
        let repeating: @Sendable (ProvisioningFlow.Step) async -> Void = { _ in }
        let plain = operations.map { $0.command(in: card.securityDomain) }
        let approval = try await road.once(repeating) { key throws(CentralTSMConnectionError) in
            try await tsm.requestTokens(
                for: plain, on: target.secureElementID, of: target.subscriber, key: key)
        }
        guard approval.tokens.count == operations.count else {
            throw .refused(code: "malformedAnswer", detail: "not one token for each command")
        }
        await report(.approved(numbers: approval.tokens.map(\.number)))
        var commands: [CommandAPDU] = []
        // The answer that holds each operation's receipt, by position in the script.
        var receiptAt: [Int] = []
        for (operation, token) in zip(operations, approval.tokens) {
            commands.append(token.command)
            do {
                commands += try operation.following()
            } catch {
                throw .refused(code: "invalidField", detail: "\(error)")
            }
            receiptAt.append(commands.count - 1)
        }
        let (result, answers) = try await road.relayed(
            ScriptMaker(keys: road.keys, random: road.random).script(of: commands, for: card), target,
            on: card.securityDomain, repeating)
        let receipts = zip(approval.tokens, receiptAt).compactMap { token, position -> CardReceipt? in
            guard position < answers.count, answers[position].statusWord.isSuccess else { return nil }
            return CardReceipt(tokenNumber: token.number, answer: answers[position].data)
        }
        let after = try await returned(receipts, approval, report)
        return (after.tokens.count { $0.state == .confirmed || $0.state == .used }, result)
    }

    /// Hands in what there is, and has the card read for the rest.
    private func returned(
        _ receipts: [CardReceipt], _ approval: ApprovedCommands, _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> ApprovedCommands {
        let repeating: @Sendable (ProvisioningFlow.Step) async -> Void = { _ in }
        var approval = approval
        if !receipts.isEmpty {
            let id = approval.id
            approval = try await road.once(repeating) { key throws(CentralTSMConnectionError) in
                try await tsm.returnReceipts(receipts, of: id, key: key)
            }
            await report(.confirmed(numbers: receipts.map(\.tokenNumber)))
        }
        guard approval.tokens.contains(where: { $0.state == .issued }) else { return approval }
        let id = approval.id
        let settled = try await road.once(repeating) { key throws(CentralTSMConnectionError) in
            try await tsm.settleTokens(of: id, key: key)
        }
        await report(
            .settled(
                used: settled.tokens.filter { $0.state == .used }.map(\.number),
                unused: settled.tokens.filter { $0.state == .unused }.map(\.number)))
        return settled
    }
}
