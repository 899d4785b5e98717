import CardCryptography
import ISO4217
import ISO7816
import Instructions

extension MerchantPlatform {
    /// Rewards that are tried in one go.
    static let transfersMax = 100
    /// A payment server that does not say what became of so many in a row is left alone until the next round.
    static let unansweredMax = 3
    static let notificationsMax = 100

    /// Makes the transfers that are promised: intent before, outcome after; what is not known stays promised and is tried
    /// again under the same name.
    ///
    /// - Returns: how many were settled, by a transfer or a refusal.
    public func settleRewards() async throws(MerchantsError) -> Int {
        let promised = try await store.read { records throws(MerchantsError) in
            try records.promisedRewards(limit: MerchantPlatform.pageEntriesMax)
        }
        var (count, unanswered) = (0, 0)
        for reward in turned(promised).prefix(Self.transfersMax) where unanswered < Self.unansweredMax {
            switch try await attempt(reward.id) {
            case .settled: (count, unanswered) = (count + 1, 0)
            case .unanswered: unanswered += 1
            case .notAsked: break
            }
        }
        return count
    }

    /// All in their order, around the end, from a place that is drawn: what waits for long does not keep the others.
    private func turned<Element>(_ elements: [Element]) -> [Element] {
        guard elements.count > 1 else { return elements }
        let draw = random.bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let start = Int(draw % UInt64(elements.count))
        return Array(elements[start...] + elements[..<start])
    }

    private enum Attempt {
        case settled
        /// What became of it is not known: it stays promised.
        case unanswered
        case notAsked
    }

    private func attempt(_ id: RewardID) async throws(MerchantsError) -> Attempt {
        guard let (transfer, refusals) = try await intend(id) else { return .notAsked }
        let answer: RewardTransferAnswer
        do { answer = try await transfers.transfer(transfer) } catch { return .unanswered }
        try await settle(id, answer, afterRefusals: refusals)
        return .settled
    }

    /// Writes down between which accounts, before anything moves; `nil` while the first user has no account.
    private func intend(
        _ id: RewardID
    ) async throws(MerchantsError) -> (transfer: RewardTransfer, refusals: Int)? {
        let now = clock.now()
        return try await store.transact { records throws(MerchantsError) in
            guard var reward = try records.reward(id), reward.state == .promised else { return nil }
            if let accounts = reward.accounts { return (try transfer(of: reward, accounts, now), reward.refusals) }
            guard let payer = try known(reward.merchant, records).rewardAccount,
                let payee = try known(reward.first, records).rewardAccount
            else { return nil }
            let accounts = Reward.Accounts(payer: payer, payee: payee)
            reward.accounts = accounts
            try records.apply(.updateReward(reward))
            return (try transfer(of: reward, accounts, now), reward.refusals)
        }
    }

    private func transfer(
        of reward: Reward, _ accounts: Reward.Accounts, _ now: Int64
    ) throws(MerchantsError) -> RewardTransfer {
        let name = Digest.hash(framed(["reward transfer", profile.name, reward.id.rawValue]))
            .prefix(16).hex.lowercased()
        let instruction = RewardInstruction(
            iss: profile.name, aud: profile.paymentServer.name, jti: name, iat: now,
            exp: now + PlatformProfile.instructionSeconds, payer: accounts.payer, payee: accounts.payee,
            amount: reward.amount.minorUnits, currency: reward.amount.currency, reference: reward.id.rawValue)
        return RewardTransfer(
            id: name, payer: accounts.payer, payee: accounts.payee, amount: reward.amount, reward: reward.id,
            instruction: try signed(instruction))
    }

    /// A transfer that was made is the last word; a refusal counts for the attempt that it answers.
    private func settle(
        _ id: RewardID, _ answer: RewardTransferAnswer, afterRefusals refusals: Int
    ) async throws(MerchantsError) {
        let now = clock.now()
        try await store.transact { records throws(MerchantsError) in
            guard var reward = try records.reward(id), reward.state != .transferred else { return }
            guard answer == .moved || (reward.state == .promised && reward.refusals == refusals) else { return }
            switch answer {
            case .moved: reward.state = .transferred
            case .refused(let reason): reward.state = .refused(reason: String(reason.prefix(200)))
            }
            reward.settledAt = now
            try records.apply(.updateReward(reward))
            try records.apply(
                .audit(
                    PlatformAuditEntry(
                        at: now, actor: "payment-server",
                        action: answer == .moved ? "reward.transferred" : "reward.refused", detail: "\(id)")))
        }
    }

    /// Has a reward that the payment server has refused tried again, between the accounts as they are now. The name is
    /// the same, so that it moves once whatever became of the attempts before.
    public func retryReward(
        _ id: RewardID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> Reward {
        try await once(requester, "reward.retry", fields: [id.rawValue]) { records, _ throws(MerchantsError) in
            guard var reward = try records.reward(id) else { throw Self.rewardUnknown }
            try requireOperator(or: reward.merchant, requester)
            guard case .refused = reward.state else {
                throw .wrongState(reason: "only a reward that was refused is tried again")
            }
            reward.state = .promised
            reward.accounts = nil
            reward.refusals += 1
            reward.settledAt = nil
            try records.apply(.updateReward(reward))
            return Done(reward, detail: "\(id)")
        }
    }

    /// Sends the notifications that wait. One that cannot be sent waits on; its reward is stored all the same.
    ///
    /// - Returns: how many were sent.
    public func sendNotifications() async throws(MerchantsError) -> Int {
        let now = clock.now()
        let waiting = try await store.read { records throws(MerchantsError) in
            try records.pendingNotifications(limit: MerchantPlatform.pageEntriesMax)
        }
        var count = 0
        for pending in turned(waiting.filter { now < $0.expiresAt }).prefix(Self.notificationsMax)
        where try await isSent(pending) { count += 1 }
        return count
    }

    private func isSent(_ pending: PendingNotification) async throws(MerchantsError) -> Bool {
        let link = try keys.unseal(pending.sealedLink, context: "link/\(pending.reward)")
        let notification = RewardNotification(
            reward: pending.reward, user: pending.user,
            link: link.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, expiresAt: pending.expiresAt)
        do { try await notifier.send(notification) } catch { return false }
        try await store.transact { records throws(MerchantsError) in
            try records.apply(.deletePendingNotification(pending.reward))
        }
        return true
    }
}
