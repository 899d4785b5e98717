import CardCryptography
import ElectronicPurse
import GlobalPlatform
import ISO7816

extension PurseApplication {
    /// INITIALIZE FOR LOAD, FOR PURCHASE or FOR CAPP PURCHASE: nothing persistent changes.
    func initialize(
        _ request: InitializeTransaction, _ profile: PurseProfile, _ environment: AppletEnvironment,
        _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        working.purse = nil
        guard request.account == .electronicPurse else { throw Refusal(.incorrectParameters) }
        guard request.keyIndex == PurseProfile.keyIndex else { throw Refusal(.purseUnknownKey) }
        let isLoad = request.purpose == .load
        let number = isLoad ? history.onlineNumber : history.offlineNumber
        guard number < .max else { throw Refusal(.purseLimitReached) }
        if isLoad {
            guard request.amount > 0 else { throw Refusal(.incorrectData) }
            guard request.amount <= profile.balanceMax - history.balance else { throw Refusal(.purseLimitReached) }
        } else {
            guard request.amount <= history.balance else { throw Refusal(.purseInsufficientBalance) }
        }
        guard let random = try? PurseRandom(environment.random.bytes(PurseRandom.length)) else {
            preconditionFailure("the source gives as many bytes as it is asked for")
        }
        working.purse = PurseTransaction(request: request, random: random, balance: history.balance, number: number)
        guard isLoad else {
            return InitializedPurchase(
                balance: history.balance, offlineNumber: number, keyVersion: profile.keyVersion,
                algorithm: profile.algorithm, random: random
            ).bytes
        }
        let session = PurseLoad.sessionKey(profile.keys.load, random: random, onlineNumber: number)
        return InitializedLoad(
            balance: history.balance, onlineNumber: number, keyVersion: profile.keyVersion,
            algorithm: profile.algorithm, random: random,
            mac1: request.load.mac1(session, balance: history.balance)
        ).bytes
    }

    /// CREDIT FOR LOAD.
    mutating func credit(
        _ credit: CreditForLoad, _ profile: PurseProfile, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        let begun = try taken(from: &working) { $0 == .load }
        let load = begun.request.load
        let session = PurseLoad.sessionKey(profile.keys.load, random: begun.random, onlineNumber: begun.number)
        guard load.mac2(session, at: credit.moment) == credit.mac2 else { throw Refusal(.purseWrongMAC) }
        let balance = history.balance + load.amount
        let tac = load.tac(
            profile.keys.authentication.transactionAuthentication, balanceAfter: balance, onlineNumber: begun.number,
            at: credit.moment)
        history.add(
            PurseLogRecord(
                number: begun.number + 1, amount: load.amount, type: load.type, terminal: load.terminal,
                moment: credit.moment), balance: balance, mac2: credit.mac2, tac: tac)
        return tac.bytes
    }

    /// UPDATE CAPP DATA CACHE: kept until the debit writes it.
    func cache(_ update: UpdateCompositeDataCache, _ working: inout WorkingMemory) throws(Refusal) -> [UInt8] {
        guard working.purse?.request.purpose == .compositePurchase else { throw Refusal(.purseWrongState) }
        let address = UInt16(update.file) << 8 | UInt16(update.record)
        guard let record = records[address] else { throw Refusal(.recordNotFound) }
        guard update.data.count == record.count else { throw Refusal(.wrongLength) }
        working.purse?.cache[address] = update.data
        return []
    }

    /// DEBIT FOR PURCHASE, of either kind: everything that the purchase changes, at once.
    mutating func debit(
        _ debit: DebitForPurchase, _ profile: PurseProfile, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        let begun = try taken(from: &working) { $0 != .load }
        let request = begun.request
        let purchase = PursePurchase(
            amount: request.amount, type: request.purpose.type, terminal: request.terminal,
            terminalSerial: debit.terminalSerial, moment: debit.moment)
        let session = PursePurchase.sessionKey(
            profile.keys.purchase, random: begun.random, offlineNumber: begun.number,
            terminalSerial: debit.terminalSerial)
        guard purchase.mac1(session) == debit.mac1 else { throw Refusal(.purseWrongMAC) }
        let proof = DebitProof(
            tac: purchase.tac(profile.keys.authentication.transactionAuthentication), mac2: purchase.mac2(session))
        history.add(
            PurseLogRecord(
                number: begun.number + 1, amount: purchase.amount, type: purchase.type, terminal: purchase.terminal,
                moment: purchase.moment), balance: history.balance - purchase.amount, mac2: proof.mac2, tac: proof.tac)
        records.merge(begun.cache) { $1 }
        return proof.bytes
    }

    /// What was initialized, and is no more: it serves once, and only while nothing has moved.
    private func taken(
        from working: inout WorkingMemory, where isWanted: (InitializeTransaction.Purpose) -> Bool
    ) throws(Refusal) -> PurseTransaction {
        guard let begun = working.purse, isWanted(begun.request.purpose) else { throw Refusal(.purseWrongState) }
        working.purse = nil
        let number = begun.request.purpose == .load ? history.onlineNumber : history.offlineNumber
        guard begun.number == number, begun.balance == history.balance else { throw Refusal(.purseWrongState) }
        return begun
    }
}

extension InitializeTransaction {
    fileprivate var load: PurseLoad { PurseLoad(amount: amount, type: purpose.type, terminal: terminal) }
}
