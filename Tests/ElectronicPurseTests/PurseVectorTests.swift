import CardCryptography
import ElectronicPurse
import ISO7816
import Testing

@Suite("Published purse vectors")
struct PurseVectorTests {
    private let vectors: PurseVectors

    init() throws { vectors = try PurseVectors.load() }

    private func type(_ hex: String) throws -> PurseTransactionType {
        try #require(PurseTransactionType(rawValue: number(hex)))
    }

    @Test("the published load: session key, MAC1 and MAC2")
    func load() throws {
        let vector = vectors.published("blog-load")
        let session = PurseLoad.sessionKey(
            try key(#require(vector.dlk)), random: try PurseRandom(hex: #require(vector.rnd)),
            onlineNumber: number(try #require(vector.online_sn)))
        #expect(session.bytes == secret(vector.session_key))
        let load = PurseLoad(
            amount: number(vector.amount), type: try type(vector.type),
            terminal: try PurseTerminalNumber(hex: vector.terminal))
        #expect(load.mac1(session, balance: number(try #require(vector.balance_before))).description == vector.mac1)
        #expect(load.mac2(session, at: try PurseMoment(hex: vector.datetime)).description == vector.mac2)
    }

    @Test("the published purchase: session key, MAC1 and MAC2")
    func purchase() throws {
        let vector = vectors.published("blog-purchase")
        let serial: UInt32 = number(try #require(vector.terminal_sn))
        let session = PursePurchase.sessionKey(
            try key(#require(vector.dpk)), random: try PurseRandom(hex: #require(vector.rnd)),
            offlineNumber: number(try #require(vector.offline_sn)), terminalSerial: serial)
        #expect(session.bytes == secret(vector.session_key))
        let purchase = PursePurchase(
            amount: number(vector.amount), type: try type(vector.type),
            terminal: try PurseTerminalNumber(hex: vector.terminal), terminalSerial: serial,
            moment: try PurseMoment(hex: vector.datetime))
        #expect(purchase.mac1(session).description == vector.mac1)
        #expect(purchase.mac2(session).description == vector.mac2)
    }

    @Test("the TACs of a real card's load and composite purchase come out again, with its commands and answers read")
    func realCard() throws {
        let load = vectors.published("real-card-load-tac")
        let key = PurseSessionKey(SecretBytes(bytes(try #require(load.tac_key_xored))))
        let trace = try #require(load.trace)
        let initialize = try InitializeTransaction(CommandAPDU(hex: trace[0].dropFirst(2)))
        #expect(initialize.purpose == .load && initialize.amount == number(load.amount))
        let answer = try InitializedLoad(try ResponseAPDU(hex: trace[1].dropFirst(2)).data)
        let credit = try CreditForLoad(CommandAPDU(hex: trace[2].dropFirst(2)))
        let tac = PurseLoad(amount: initialize.amount, terminal: initialize.terminal).tac(
            key, balanceAfter: answer.balance + initialize.amount, onlineNumber: answer.onlineNumber, at: credit.moment)
        #expect(tac.description == load.tac)
        #expect(try ResponseAPDU(hex: trace[3].dropFirst(2)).data == tac.bytes)
        #expect(try GetBalance(CommandAPDU(hex: trace[4].dropFirst(2))) == GetBalance())
        #expect(
            try GetBalance.balance(in: ResponseAPDU(hex: trace[5].dropFirst(2)).data)
                == number(try #require(load.balance_after)))

        let purchase = vectors.published("real-card-composite-purchase-tac")
        let steps = try #require(purchase.trace)
        let composite = try InitializeTransaction(CommandAPDU(hex: steps[0].dropFirst(2)))
        #expect(composite.purpose == .compositePurchase)
        #expect(
            try InitializedPurchase(bytes(String(steps[1].dropFirst(2).dropLast(5)))).balance == number(purchase.amount)
        )
        let debit = try DebitForPurchase(CommandAPDU(bytes: bytes(String(steps[4].dropFirst(2)))))
        let proof = try DebitProof(try ResponseAPDU(bytes: bytes(String(steps[5].dropFirst(2)))).data)
        let done = PursePurchase(
            amount: composite.amount, type: composite.purpose.type, terminal: composite.terminal,
            terminalSerial: debit.terminalSerial, moment: debit.moment)
        #expect(done.tac(key) == proof.tac && proof.tac.description == purchase.tac)
        #expect(proof.mac2.description == purchase.mac2_in_trace)
    }

    @Test("card keys, two loads, a purchase and a composite purchase: every command, answer, MAC, TAC and record")
    func computed() throws {
        let computed = vectors.self_computed
        let serial = try PurseSerial(hex: computed.card_serial)
        let keys = PurseKeys(
            purchase: try key(computed.issuer_master.purchase), load: try key(computed.issuer_master.load),
            authentication: try key(computed.issuer_master.tac)
        ).derived(for: serial)
        #expect(keys.purchase.bytes == secret(computed.card_keys.DPK))
        #expect(keys.load.bytes == secret(computed.card_keys.DLK))
        #expect(keys.authentication.bytes == secret(computed.card_keys.DTK))
        let tacKey = keys.authentication.transactionAuthentication
        #expect(tacKey.bytes == secret(computed.card_keys.TAC_xored))
        #expect(try PurseKeys(keys.bytes) == keys)
        for step in computed.steps {
            let initialize = try InitializeTransaction(CommandAPDU(hex: step.cmd_init))
            #expect(initialize.command.bytes.hex == step.cmd_init && initialize.amount == step.amount)
            if step.op == "load" {
                try check(load: step, initialize, keys, tacKey)
            } else {
                try check(purchase: step, initialize, keys, tacKey)
            }
        }
    }

    private func check(
        load step: PurseVectors.Computed.Step, _ initialize: InitializeTransaction, _ keys: PurseKeys,
        _ tacKey: PurseSessionKey
    ) throws {
        let answer = try InitializedLoad(bytes(step.resp_init))
        #expect(answer.bytes.hex == step.resp_init)
        let session = PurseLoad.sessionKey(keys.load, random: answer.random, onlineNumber: answer.onlineNumber)
        #expect(session.bytes == secret(step.session_key))
        let load = PurseLoad(amount: step.amount, terminal: initialize.terminal)
        #expect(load.mac1(session, balance: answer.balance) == answer.mac1)
        let credit = try CreditForLoad(CommandAPDU(hex: try #require(step.cmd_credit)))
        #expect(credit.command.bytes.hex == step.cmd_credit)
        #expect(load.mac2(session, at: credit.moment) == credit.mac2)
        let tac = load.tac(
            tacKey, balanceAfter: step.balance_after, onlineNumber: answer.onlineNumber, at: credit.moment)
        #expect(tac.description == step.tac && step.balance_after == answer.balance + step.amount)
    }

    private func check(
        purchase step: PurseVectors.Computed.Step, _ initialize: InitializeTransaction, _ keys: PurseKeys,
        _ tacKey: PurseSessionKey
    ) throws {
        let answer = try InitializedPurchase(bytes(step.resp_init))
        #expect(answer.bytes.hex == step.resp_init)
        let debit = try DebitForPurchase(CommandAPDU(hex: try #require(step.cmd_debit)))
        #expect(debit.command.bytes.hex == step.cmd_debit)
        let session = PursePurchase.sessionKey(
            keys.purchase, random: answer.random, offlineNumber: answer.offlineNumber,
            terminalSerial: debit.terminalSerial)
        #expect(session.bytes == secret(step.session_key))
        let purchase = PursePurchase(
            amount: step.amount, type: initialize.purpose.type, terminal: initialize.terminal,
            terminalSerial: debit.terminalSerial, moment: debit.moment)
        #expect(purchase.mac1(session) == debit.mac1)
        let proof = try DebitProof(bytes(try #require(step.resp_debit)))
        #expect(purchase.mac2(session) == proof.mac2 && purchase.tac(tacKey) == proof.tac)
        let prove = try GetTransactionProve(CommandAPDU(hex: try #require(step.cmd_prove)))
        #expect(prove.command.bytes.hex == step.cmd_prove)
        #expect(prove == GetTransactionProve(purchase.type, number: answer.offlineNumber + 1))
        let proved = TransactionProve(mac2: proof.mac2, tac: proof.tac)
        #expect(proved.bytes.hex == step.resp_prove && step.balance_after == answer.balance - step.amount)
        let record = PurseLogRecord(
            number: answer.offlineNumber + 1, amount: step.amount, type: purchase.type, terminal: purchase.terminal,
            moment: purchase.moment)
        #expect(record.bytes.hex == step.log_record_0018)
        #expect(try PurseLogRecord(bytes(try #require(step.log_record_0018))) == record)
    }

    @Test("the selection, file 15, balance and log of real cards are read")
    func reads() throws {
        let hangzhou = try #require(vectors.real_card_reads.first { $0.id == "hangzhou-2014" }).exchanges
        let selection = try PurseSelection(answer: ResponseAPDU(hex: hangzhou[2][1]).data)
        #expect(selection.application == PurseFile.city && selection.objects.isEmpty)
        let data = try #require(selection.applicationData)
        #expect(data.serial.description == "3100000020458878" && data.start.hex == "20140614")
        #expect(data.expiry.hex == "20640614")
        #expect(try selection.bytes == ResponseAPDU(hex: hangzhou[2][1]).data)
        #expect(try GetBalance.balance(in: ResponseAPDU(hex: hangzhou[3][1]).data) == 0x0F44)
        for (index, exchange) in hangzhou[4...].enumerated() {
            #expect(PurseFile.readLog(UInt8(index + 1)).bytes.hex == exchange[0])
            let answer = try ResponseAPDU(hex: exchange[1]).data
            let record = try PurseLogRecord(answer)
            #expect(record.bytes == answer && record.type == .compositePurchase)
            #expect(record.number == UInt16(8 - index))
        }
        let other = try #require(vectors.real_card_reads.first { $0.id == "cnblogs-2016" }).exchanges
        #expect(try PurseLogRecord(ResponseAPDU(hex: other[1][1]).data).amount == 0x0111)
    }
}
