import CardCryptography
import Instructions
import JOSE
import Testing

@testable import Payments

@Suite("Payers")
struct PayerTests {
    private func device() throws -> (DeviceKey, NamedPrivateKey) {
        let key = ECPrivateKey.generate(.p256)
        let device = try DeviceKey(point: key.publicKey.uncompressedPoint)
        return (device, NamedPrivateKey(name: device.name, privateKey: key))
    }

    @Test("open an account with a device's key, which has one account, and get a secret that is kept as a digest")
    func opening() async throws {
        let bench = try await PaymentBench.make()
        let (key, _) = try device()
        let pin = try PaymentPIN(.text("246810"))
        let opened = try await bench.payers.open(label: "Ada", currency: PaymentBench.euro, device: key, pin: pin)
        #expect(opened.account.kind == .payer && opened.account.overdraft == .none)
        #expect(try await AccessDesk(bench.server).holder(ofSecret: opened.secret) == .payer(opened.account.id))
        await #expect(throws: PaymentsError.duplicate(reason: "an account has this device key")) {
            try await bench.payers.open(label: "Eve", currency: PaymentBench.euro, device: key, pin: pin)
        }
        #expect("\(opened)" == "payer \(opened.account.id)" && "\(pin)".contains("246810") == false)
    }

    @Test(
        "have PINs of 4 to 12 digits and device keys on P-256", arguments: ["123", "1234567890123", "12a4", "", "１２３４"])
    func parsing(_ pin: String) throws {
        #expect(throws: PaymentsError.invalid(field: "pin", reason: "4 to 12 decimal digits")) {
            try PaymentPIN(.text(pin))
        }
        _ = try PaymentPIN(.text("1234"))
        _ = try PaymentPIN(.text("123456789012"))
        let point = try device().0.point
        for bad in [Array(point.dropLast()), point + [0], Array(repeating: UInt8(4), count: 65), []] {
            #expect(throws: PaymentsError.invalid(field: "deviceKey", reason: "an uncompressed point on P-256")) {
                try DeviceKey(point: bad)
            }
        }
    }

    @Test("replace a lost device by PIN: the old one confirms nothing any more")
    func replacing() async throws {
        let bench = try await PaymentBench.make()
        var ada = try await bench.payer()
        let (next, nextKey) = try device()
        await #expect(throws: PaymentsError.pinRefused(triesRemaining: 4)) {
            try await bench.payers.replaceDevice(of: ada.id, with: next, pin: PaymentPIN(.text("9999")))
        }
        let ben = try await bench.payer("Ben")
        let taken = try await bench.payers.payer(ben.id).payer.device
        await #expect(throws: PaymentsError.duplicate(reason: "an account has this device key")) {
            try await bench.payers.replaceDevice(of: ada.id, with: taken, pin: PaymentPIN(.text("246810")))
        }
        _ = try await bench.payers.replaceDevice(of: ada.id, with: next, pin: PaymentPIN(.text("246810")))
        let order = try await bench.order(ada)
        let old = try bench.confirmation(of: order, by: ada)
        await #expect(throws: PaymentsError.statementRefused(.signature(.unknownKey))) {
            try await bench.orders.pay(order.id, by: ada.id, confirmation: old, pin: nil)
        }
        ada.key = nextKey
        let new = try bench.confirmation(of: order, by: ada)
        #expect(try await bench.orders.pay(order.id, by: ada.id, confirmation: new, pin: nil).state == .paid)
    }

    @Test("replace their PIN by the PIN before")
    func pins() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let (old, new) = (try PaymentPIN(.text("246810")), try PaymentPIN(.text("1357")))
        try await bench.payers.replacePIN(of: ada.id, old, with: new)
        await #expect(throws: PaymentsError.pinRefused(triesRemaining: 4)) {
            try await bench.payers.replacePIN(of: ada.id, old, with: new)
        }
        try await bench.payers.replacePIN(of: ada.id, new, with: old)
    }

    @Test("are so many at most")
    func bound() async throws {
        let policy = PaymentPolicy(pinCost: PaymentPolicy.quick.pinCost, payersMax: 2)
        let bench = try await PaymentBench.make(policy: policy)
        for _ in 0..<2 { _ = try await bench.payer(holding: 0) }
        await #expect(throws: PaymentsError.tooMany(kind: "payers", max: 2)) { try await bench.payer(holding: 0) }
    }
}
