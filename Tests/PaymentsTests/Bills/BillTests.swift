import CardCryptography
import ISO4217
import Instructions
import JOSE
import Testing

@testable import Payments

@Suite("A virtual bill")
struct BillTests {
    @Test("VBILL-01 activation gives a bill with start and end, for the requesting payer and device alone")
    func activation() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(seconds: 600)
        #expect(bill.startsAt == bench.now && bill.endsAt == bench.now + 600 && bill.state == .open)
        #expect(bill.payer == bench.ada.id && bill.device == bench.ada.key.name && bill.items.isEmpty)
        #expect(try await bench.open(seconds: 600) == bill, "the same request gets the same bill")
        let ben = try await bench.bench.payer("Ben")
        #expect(await refusal { try await bench.desk.bill(bill.id, of: ben.id) } == .notFound(kind: "bill"))
        #expect(await refusal { try await bench.desk.close(bill.id, by: ben.id) } == .notFound(kind: "bill"))
        #expect(await refusal { try await bench.desk.cancel(bill.id, by: ben.id) } == .notFound(kind: "bill"))
        for seconds: Int64 in [59, 86_401, 0, -1] {
            #expect(
                await refusal { try await bench.open(for: ben, seconds: seconds, "\(seconds)") }
                    == .invalid(field: "periodSeconds", reason: "60 to 86400"))
        }
        for limit: Int64 in [0, -1, Bill.totalMaxLimit + 1] {
            #expect(await refusal { try await bench.open(for: ben, limit: limit, "limit \(limit)") } != nil)
        }
        let yen = try Money(minorUnits: 5, currency: present(Currency("JPY")))
        let foreign = await refusal {
            try await bench.desk.open(for: ben.id, periodSeconds: 60, limit: yen, .bench("yen"))
        }
        #expect(foreign == .foreignCurrency(yen.currency, due: PaymentBench.euro))
    }

    @Test("VBILL-01 a payer has one bill at a time: a second one waits until the first is over")
    func oneAtATime() async throws {
        let bench = try await BillBench(.make())
        let first = try await bench.open(seconds: 60, "first")
        let refused = PaymentsError.conflict(reason: "the bill \(first.id) is not over")
        #expect(await refusal { try await bench.open("second") } == refused)
        try await bench.add(first)
        bench.bench.clock.advance(60)
        #expect(await refusal { try await bench.open("second") } == refused, "it waits for its confirmation")
        bench.bench.clock.advance(899)
        #expect(await refusal { try await bench.open("second") } == refused)
        bench.bench.clock.advance(1)
        let second = try await bench.open("second")
        #expect(try await bench.record(first).state == .expired && second.id != first.id)
        _ = try await bench.desk.cancel(second.id, by: bench.ada.id)
        let third = try await bench.open("third")
        #expect(try await bench.desk.bills(of: bench.ada.id, limit: 9).map(\.id) == [third.id, second.id, first.id])
    }

    @Test("VBILL-02 items of several sellers are added in the period, each once; before and after they are refused")
    func period() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(seconds: 600)
        for terminal in BillBench.terminals { try await bench.add(bill, 300, at: terminal) }
        let item = try bench.item(bill)
        let receipt = try await bench.desk.add(item, to: bill.id, by: bench.ada.id)
        #expect(try await bench.desk.add(item, to: bill.id, by: bench.ada.id) == receipt)
        #expect(try await bench.record(bill).items.count == 4)
        bench.bench.clock.advance(599)
        try await bench.add(bill)
        bench.bench.clock.advance(1)
        #expect(await refusal { try await bench.add(bill) } == .conflict(reason: "the bill is closed"))
        #expect(try await bench.record(bill).items.count == 5)
        #expect(try await bench.desk.add(item, to: bill.id, by: bench.ada.id) == receipt, "what is on it stays on it")
    }

    @Test(
        "VBILL-02 an item was sold in the period by its terminal's clock, give or take 30 seconds",
        arguments: [(-31, false), (-30, true), (-29, true), (0, true)] as [(Int64, Bool)])
    func soldBefore(offset: Int64, isTaken: Bool) async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(seconds: 600)
        let item = try bench.item(bill) {
            $0.iat += offset
            $0.exp += offset
        }
        let refused = await refusal { try await bench.desk.add(item, to: bill.id, by: bench.ada.id) }
        #expect(
            refused
                == (isTaken ? nil : .invalid(field: "iat", reason: "the item was not sold in the period of the bill")))
    }

    @Test(
        "VBILL-02 a terminal whose clock is ahead sells until 30 seconds after the end",
        arguments: [
            (-1, nil), (29, nil),
            (30, .invalid(field: "iat", reason: "the item was not sold in the period of the bill")),
        ]
            as [(Int64, PaymentsError?)])
    func soldAfter(offset: Int64, expected: PaymentsError?) throws {
        // Pure: by our clock the bill is open for one more second.
        let id = AccountID(unchecked: "acc_1")
        let bill = Bill(
            id: BillID(unchecked: "bill_1"), payer: id, device: "device-1", currency: PaymentBench.euro,
            startsAt: 1_000, endsAt: 1_600, totalMax: 1_000)
        let claims = BillItem(
            iss: "bakery-1", aud: "pay", jti: "1", iat: 1_600 + offset, exp: 3_000, bill: "bill_1", sequence: 1,
            seller: "acc_2", description: "Bread", amount: 5, currency: PaymentBench.euro)
        do {
            let longer = try bill.adding(claims, at: 1_599)
            #expect(longer?.items.count == 1 && expected == nil)
        } catch {
            #expect(error == expected)
        }
    }

    @Test("VBILL-03 the total is the sum of all items, and the list names each with its time, in one order")
    func list() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        let items = try [(400, "flowers-1", 9), (300, "bakery-2", 7), (200, "bakery-1", 8), (100, "bakery-1", 2)].map {
            try bench.item(bill, $0.0, at: $0.1, sequence: $0.2)
        }
        for item in items { _ = try await bench.desk.add(item, to: bill.id, by: bench.ada.id) }
        let soldAt = bench.now
        bench.bench.clock.advance(5)
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        #expect(verification.list.total == 1_000 && verification.list.bill == bill.id.rawValue)
        #expect(verification.list.items.map(\.amount) == [100, 200, 300, 400])
        #expect(verification.list.items.map(\.sequence) == [2, 8, 7, 9])
        #expect(verification.list.items.allSatisfy { $0.soldAt == soldAt && $0.description == "Bread" })
        #expect(verification.payableUntil == bill.endsAt + 900)
        let shuffled = try ItemizedBill(
            bill: bill.id.rawValue, currency: PaymentBench.euro, items: verification.list.items.reversed())
        #expect(shuffled.bytes == verification.list.bytes && shuffled.digest == verification.digest)
        #expect(try await bench.desk.close(bill.id, by: bench.ada.id) == verification, "it is asked for again")
        #expect(try await bench.record(bill).state == .awaitingVerification)
    }

    @Test("VBILL-04 one valid confirmation pays every seller once, in one linked batch, and the ledger balances")
    func settlement() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        for (amount, terminal) in [(300, "bakery-1"), (450, "bakery-2"), (700, "flowers-1")] as [(Int64, String)] {
            try await bench.add(bill, amount, at: terminal)
        }
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        #expect(try await bench.balances() == [10_000, 0, 0], "VBILL-05 nothing has reached the payer's account")
        let confirmation = try bench.confirmation(of: verification)
        let settled = try await bench.desk.confirm(
            bill.id, by: bench.ada.id, confirmation: confirmation, pin: nil)
        #expect(settled.bill?.state == .settled)
        #expect(try await bench.balances() == [8_550, 750, 700])
        let transfers = try await bench.bench.store.transfers(of: bench.ada.id, before: nil, limit: 9).map(\.transfer)
            .filter { $0.code == .billShare }
        #expect(transfers.count == 2 && transfers.allSatisfy { $0.reference == bill.id.rawValue })
        #expect(transfers.count { $0.isLinked } == 1)
        #expect(try await bench.bench.store.ledgerSnapshot().totals.values.allSatisfy { $0.isBalanced })
        // The same again, and a device that has lost the answer.
        #expect(
            try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: confirmation, pin: nil) == settled)
        #expect(try await bench.balances() == [8_550, 750, 700])
        #expect(
            await refusal { try await bench.desk.cancel(bill.id, by: bench.ada.id) }
                == .conflict(reason: "the bill is settled"))
    }

    @Test(
        "VBILL-04 a confirmation of anything else than this list, total and challenge moves nothing; five fail the bill"
    )
    func invalid() async throws {
        let bench = try await BillBench(.make())
        let ben = try await bench.bench.payer("Ben")
        let bill = try await bench.open()
        try await bench.add(bill, 500)
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        let stolen = try bench.confirmation(of: verification, by: ben) { $0.iss = bench.ada.id.rawValue }
        let alterations: [(PaymentsError, (inout PayerConfirmation) -> Void)] = [
            (.confirmationDiffers(field: "amount"), { $0.amount = 5 }),
            (.confirmationDiffers(field: "digest"), { $0.digest = "AAAA" }),
            (.confirmationDiffers(field: "jti"), { $0.jti = "another" }),
            (.verificationRequired, { $0.userVerified = false }),
        ]
        for (error, alter) in alterations {
            let confirmation = try bench.confirmation(of: verification, alter)
            #expect(
                await refusal {
                    try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: confirmation, pin: nil)
                } == error)
        }
        #expect(try await bench.record(bill).failures == 4)
        let last = await refusal {
            try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: stolen, pin: nil)
        }
        #expect(last == .statementRefused(.signature(.unknownKey)))
        #expect(try await bench.record(bill).state == .failed)
        #expect(
            await refusal { try await bench.confirm(bill, verification) } == .conflict(reason: "the bill is failed"))
        #expect(try await bench.balances() == [10_000, 0, 0])
        _ = try await bench.open("the next one")
    }

    @Test("VBILL-04 a PIN confirms where the device has not verified its user; a wrong one is counted")
    func pin() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        try await bench.add(bill, 500)
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        let confirmation = try bench.confirmation(of: verification, userVerified: false)
        let wrong = try PaymentPIN(.text("000000"))
        let refused = await refusal {
            try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: confirmation, pin: wrong)
        }
        #expect(refused.map { if case .pinRefused = $0 { true } else { false } } == true)
        #expect(try await bench.record(bill).failures == 1)
        let right = try PaymentPIN(.text("246810"))
        _ = try await bench.desk.confirm(bill.id, by: bench.ada.id, confirmation: confirmation, pin: right)
        #expect(try await bench.balances() == [9_500, 500, 0])
    }

    @Test("VBILL-04 an account that does not hold the total pays nobody; the bill can be paid until its time is over")
    func insufficientFunds() async throws {
        let bench = try await BillBench(.make(), holding: 900)
        let bill = try await bench.open()
        try await bench.add(bill, 500, at: "bakery-1")
        try await bench.add(bill, 401, at: "flowers-1")
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        #expect(try await bench.confirm(bill, verification) == .insufficientFunds)
        #expect(try await bench.balances() == [900, 0, 0])
        #expect(try await bench.record(bill).state == .awaitingVerification)
        #expect(try await bench.record(bill).failures == 0)
        _ = try await bench.bench.operators.fund(
            bench.ada.id, Money(minorUnits: 1, currency: PaymentBench.euro), from: bench.bench.bank.id,
            reference: "cash desk", .bench("top up"))
        #expect(try await bench.confirm(bill, verification).bill?.state == .settled)
        #expect(try await bench.balances() == [0, 500, 401])
    }

    @Test("VBILL-06 an item that its client has altered, or that no seller's terminal signed, is refused")
    func altered() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        let sound = try bench.item(bill, 300, sequence: 1).split(separator: ".").map(String.init)
        let cheap = try bench.item(bill, 1, sequence: 1).split(separator: ".").map(String.init)
        let altered = sound[0] + "." + cheap[1] + "." + sound[2]
        #expect(
            await refusal { try await bench.desk.add(altered, to: bill.id, by: bench.ada.id) }
                == .statementRefused(.signature(.signature)))
        let foreign = try bench.item(bill, 300, at: "bakery-1", by: "flowers-1")
        #expect(
            await refusal { try await bench.desk.add(foreign, to: bill.id, by: bench.ada.id) }
                == .statementRefused(.signer))
        let payee = try bench.item(bill) { $0.seller = bench.florist.id.rawValue }
        #expect(
            await refusal { try await bench.desk.add(payee, to: bill.id, by: bench.ada.id) }
                == .invalid(field: "seller", reason: "the terminal sells for another account"))
        // The number stands for another item already.
        _ = try await bench.desk.add(sound.joined(separator: "."), to: bill.id, by: bench.ada.id)
        let used = PaymentsError.duplicate(reason: "the terminal has used the sequence number for another item")
        #expect(
            await refusal { try await bench.desk.add(cheap.joined(separator: "."), to: bill.id, by: bench.ada.id) }
                == used)
        let alterations: [(String, @Sendable (inout BillItem) -> Void)] = [
            ("amount", { $0.amount = 0 }), ("amount", { $0.amount = -5 }), ("sequence", { $0.sequence = 0 }),
            ("description", { $0.description = "" }),
            ("description", { $0.description = String(repeating: "x", count: 129) }),
        ]
        for (field, alter) in alterations {
            let item = try bench.item(bill, 5, alter)
            let refused = await refusal { try await bench.desk.add(item, to: bill.id, by: bench.ada.id) }
            guard case .invalid(field, _)? = refused else {
                Issue.record("\(field): \(String(describing: refused))")
                continue
            }
        }
        let yen = try present(Currency("JPY"))
        let inYen = try bench.item(bill, 5) { $0.currency = yen }
        #expect(
            await refusal { try await bench.desk.add(inYen, to: bill.id, by: bench.ada.id) }
                == .foreignCurrency(yen, due: PaymentBench.euro))
        #expect(try await bench.record(bill).items.count == 1)
    }

    @Test("VBILL-07 another client adds nothing to a bill, and a used number is used for all bills")
    func otherClient() async throws {
        let bench = try await BillBench(.make())
        let ben = try await bench.bench.payer("Ben")
        let (mine, theirs) = (try await bench.open("mine"), try await bench.open(for: ben, "theirs"))
        let item = try bench.item(mine, sequence: 1)
        #expect(await refusal { try await bench.desk.add(item, to: mine.id, by: ben.id) } == .notFound(kind: "bill"))
        #expect(
            await refusal { try await bench.desk.add(item, to: theirs.id, by: ben.id) }
                == .invalid(field: "bill", reason: "the item is for another bill"))
        _ = try await bench.desk.add(item, to: mine.id, by: bench.ada.id)
        let again = try bench.item(theirs, sequence: 1)
        #expect(
            await refusal { try await bench.desk.add(again, to: theirs.id, by: ben.id) }
                == .duplicate(reason: "the terminal has used the sequence number for another item"))
        // A device that has been replaced takes its bill with it.
        let key = ECPrivateKey.generate(.p256)
        _ = try await bench.bench.payers.replaceDevice(
            of: bench.ada.id, with: DeviceKey(point: key.publicKey.uncompressedPoint), pin: PaymentPIN(.text("246810")))
        #expect(
            await refusal { try await bench.add(mine) } == .conflict(reason: "the bill was opened by another device"))
        #expect(try await bench.desk.cancel(mine.id, by: bench.ada.id).state == .cancelled)
    }

    @Test("a seller takes its own item off an open bill, for good; nobody else does, and not after it is closed")
    func removal() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        let item = try bench.item(bill, 300, sequence: 1)
        _ = try await bench.desk.add(item, to: bill.id, by: bench.ada.id)
        _ = try await bench.desk.add(bench.item(bill, 200, sequence: 2), to: bill.id, by: bench.ada.id)
        let foreign = try bench.removal(bill, 1, at: "bakery-2")
        #expect(await refusal { try await bench.desk.remove(foreign) } == .notFound(kind: "item"))
        let off = try bench.removal(bill, 1)
        let receipt = try await bench.desk.remove(off)
        #expect(try await bench.desk.remove(off) == receipt)
        #expect(
            await refusal { try await bench.desk.add(item, to: bill.id, by: bench.ada.id) }
                == .conflict(reason: "the seller has taken the item off"))
        #expect(try await bench.desk.close(bill.id, by: bench.ada.id).list.total == 200)
        let late = try bench.removal(bill, 2)
        #expect(await refusal { try await bench.desk.remove(late) } == .conflict(reason: "the bill is closed"))
    }

    @Test("a bill has 100 items at most and no higher total than its payer allows")
    func bounds() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(limit: 1_000)
        try await bench.add(bill, 1_000 - 99)
        #expect(
            await refusal { try await bench.add(bill, 100) } == .conflict(reason: "the total would be above 10.00 EUR"))
        #expect(
            await refusal { try await bench.add(bill, .max) } == .conflict(reason: "the total would be above 10.00 EUR")
        )
        for _ in 1...99 { try await bench.add(bill, 1) }
        #expect(await refusal { try await bench.add(bill, 1) } == .tooMany(kind: "items of a bill", max: 100))
        #expect(try await bench.desk.close(bill.id, by: bench.ada.id).list.total == 1_000)
    }
}
