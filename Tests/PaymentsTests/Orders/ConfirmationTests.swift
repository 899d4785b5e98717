import CardCryptography
import ISO4217
import Instructions
import JOSE
import Testing

@testable import Payments

@Suite("A payer's confirmation")
struct ConfirmationTests {
    @Test("is over this order, this instruction, this amount, by this device, for this server, and fresh")
    func differences() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        func pay(_ confirmation: String) async throws -> Order {
            try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil)
        }
        let alterations: [(PaymentsError, (inout PayerConfirmation) -> Void)] = [
            (.confirmationDiffers(field: "subject"), { $0.subject = .bill }),
            (.confirmationDiffers(field: "reference"), { $0.reference = "ord_1" }),
            (.confirmationDiffers(field: "digest"), { $0.digest = Base64URL.encode(Digest.hash([1])) }),
            (.confirmationDiffers(field: "amount"), { $0.amount -= 1 }),
            (.confirmationDiffers(field: "amount"), { $0.amount += 1 }),
            (.confirmationDiffers(field: "currency"), { $0.currency = .known("USD") }),
            (.verificationRequired, { $0.userVerified = false }),
            (.statementRefused(.audience), { $0.aud = "other-pay" }),
            (.statementRefused(.signer), { $0.iss = "acc_1" }),
            (.statementRefused(.expired), { ($0.iat, $0.exp) = ($0.iat - 60, $0.exp - 60) }),
            (
                .statementRefused(.times),
                {
                    $0.iat += 31; $0.exp += 31
                }
            ),
            (.statementRefused(.times), { $0.exp = $0.iat + 301 }),
        ]
        for (error, alter) in alterations {
            let confirmation = try bench.confirmation(of: order, by: ada, alter)
            await #expect(throws: error) { try await pay(confirmation) }
        }
        let good = try bench.confirmation(of: order, by: ada)
        let parts = good.split(separator: ".").map(String.init)
        await #expect(throws: PaymentsError.statementRefused(.signature(.signature))) {
            try await pay("\(parts[0]).\(Base64URL.encode(Array("{}".utf8))).\(parts[2])")
        }
        // A platform's key signs no confirmation.
        let confirmation = try bench.confirmation(
            of: order, by: BenchPayer(id: ada.id, secret: ada.secret, key: bench.platformKey))
        await #expect(throws: PaymentsError.statementRefused(.signature(.unknownKey))) { try await pay(confirmation) }
        #expect(try await bench.balance(ada.id) == 10_000)
        #expect(try await pay(good).state == .paid)
    }

    @Test("goes with the right PIN where the device has not verified its user")
    func pin() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada, userVerified: false)
        await #expect(throws: PaymentsError.pinRefused(triesRemaining: 4)) {
            try await bench.orders.pay(
                order.id, by: ada.id, confirmation: confirmation, pin: PaymentPIN(.text("246811")))
        }
        let paid = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: confirmation, pin: PaymentPIN(.text("246810")))
        #expect(paid.state == .paid)
        #expect(try await bench.payers.payer(ada.id).payer.tries == .none)
    }

    @Test("a wrong PIN refuses also what the device has verified")
    func wrongBeside() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada, userVerified: true)
        await #expect(throws: PaymentsError.pinRefused(triesRemaining: 4)) {
            try await bench.orders.pay(
                order.id, by: ada.id, confirmation: confirmation, pin: PaymentPIN(.text("0000")))
        }
        #expect(try await bench.balance(ada.id) == 10_000)
    }

    @Test("PINs are locked after five wrong ones, for a quarter of an hour, also for the right one")
    func locking() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada, userVerified: false)
        func pay(_ pin: String) async throws {
            _ = try await bench.orders.pay(
                order.id, by: ada.id, confirmation: confirmation, pin: PaymentPIN(.text(pin)))
        }
        for remaining in [4, 3, 2, 1, 0] {
            await #expect(throws: PaymentsError.pinRefused(triesRemaining: remaining)) { try await pay("1111") }
        }
        await #expect(throws: PaymentsError.pinLocked(seconds: 900)) { try await pay("246810") }
        // What the device itself has verified is not locked out by wrong PINs.
        #expect(
            try await bench.orders.pay(
                order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil
            ).state == .paid)
        bench.clock.advance(900)
        let next = try await bench.order(ada, "n-2")
        let again = try bench.confirmation(of: next, by: ada, userVerified: false)
        _ = try await bench.orders.pay(next.id, by: ada.id, confirmation: again, pin: PaymentPIN(.text("246810")))
        #expect(try await bench.payers.payer(ada.id).payer.tries == .none)
    }

    @Test("wrong PINs that arrive together are counted one by one: no more are tried than the lock allows")
    func together() async throws {
        let bench = try await PaymentBench.make(inFile: true)
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada, userVerified: false)
        let refusals = await withTaskGroup(of: PaymentsError?.self) { group in
            for guess in 0..<12 {
                group.addTask {
                    do throws(PaymentsError) {
                        _ = try await bench.orders.pay(
                            order.id, by: ada.id, confirmation: confirmation,
                            pin: PaymentPIN(.text("10\(guess + 10)")))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let tried = refusals.count { if case .pinRefused = $0 { true } else { false } }
        #expect(tried <= 5 && !refusals.contains(nil))
    }

    @Test("a stranger's signature is refused before any PIN is counted")
    func strangers() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        var stranger = ada
        stranger.key = NamedPrivateKey(name: ada.key.name, privateKey: .generate(.p256))
        let forged = try bench.confirmation(of: order, by: stranger, userVerified: false)
        for _ in 0..<6 {
            await #expect(throws: PaymentsError.statementRefused(.signature(.signature))) {
                try await bench.orders.pay(
                    order.id, by: ada.id, confirmation: forged, pin: PaymentPIN(.text("1111")))
            }
        }
        #expect(try await bench.payers.payer(ada.id).payer.tries == .none)
    }
}
