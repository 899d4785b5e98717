import CardCryptography
import Foundation
public import HTTPServer
public import ISO8583Link
public import KeyVault
public import Logging
public import Payments
public import Storage

/// The parts of a payment server over one data folder, put together: what `pay serve` runs.
public struct PaymentHouse: Sendable {
    public let store: SQLitePaymentStore
    public let vault: PaymentVault
    public let payments: PaymentServer
    public let server: PaymentsServer
    /// `nil` where no line goes to an issuer.
    public let issuerLine: IssuerLine?
    private let cardPayments: IssuerPaymentDesk?

    /// Rounds of ``keepUp(days:telling:)`` are so far apart.
    private static let pause = Duration.seconds(1)

    /// Opens what is in the folder, or founds it: random keys, an empty ledger.
    ///
    /// - Parameters:
    ///   - folder: made (0700) when absent; holds `payments.sqlite` and `vault`.
    ///   - name: `iss` of what the server signs, `aud` of what it is sent.
    ///   - issuer: of the cards that terminals take; without it they take none.
    public init(
        folder: String, unlock: VaultUnlock, name: PartyName, policy: PaymentPolicy = .standard,
        issuer: CardIssuerConnection? = nil, clock: any PaymentClock = SystemClock(), logger: Logger
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        vault = try PaymentVault.open(at: folder + "/vault", unlock: unlock, name: name.value)
        store = try SQLitePaymentStore(path: folder + "/payments.sqlite")
        payments = PaymentServer(name: name, store: store, keys: vault, clock: clock, policy: policy)
        issuerLine = issuer.map { issuer in
            IssuerLine(issuer.line, now: { clock.now() }, events: { logger.record($0) })
        }
        if let issuer, let issuerLine {
            cardPayments = IssuerPaymentDesk(
                payments, leg: try ISO8583IssuerLeg(line: issuerLine, institution: issuer.institution),
                settlement: issuer.settlement)
        } else {
            cardPayments = nil
        }
        server = PaymentsServer(
            payments, smartCards: SmartCardDesk(payments, keys: vault), purses: vault, cardPayments: cardPayments,
            logger: logger)
    }

    /// A credential for whoever operates the server; those before it open nothing any more.
    public func makeOperatorCredential() async throws -> String {
        let secret = try await AccessDesk(payments).renew(.operator, by: "first run")
        return String(decoding: secret.revealed(), as: UTF8.self)
    }

    /// Keeps the line to the issuer up; ends what has expired and sends the reversals that are due, every second; tells the
    /// platforms beside that, for they may be slow; forgets every day what is over and older than `days` (never, for 0). Returns when the task is
    /// cancelled.
    ///
    /// - Parameter platforms: the way on which platforms hear what became of what they signed.
    public func keepUp(days: Int, telling platforms: any PlatformDelivery) async {
        let upkeep = PaymentUpkeep(
            orders: OrderDesk(payments), outbox: OutboxPump(payments, delivery: platforms),
            issuerPayments: cardPayments)
        await withDiscardingTaskGroup { group in
            if let issuerLine { group.addTask { await issuerLine.run() } }
            group.addTask { await Self.keepUp(upkeep, days: days) }
            group.addTask {
                while !Task.isCancelled {
                    _ = try? await upkeep.outbox.deliverDue()
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    private static func keepUp(_ upkeep: PaymentUpkeep, days: Int) async {
        var forgotten: ContinuousClock.Instant?
        while !Task.isCancelled {
            _ = try? await upkeep.settle()
            if days > 0, forgotten.map({ $0.duration(to: .now) > .seconds(86_400) }) ?? true {
                try? await upkeep.forget(olderThanDays: days)
                forgotten = .now
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Lets go of the files; keys are wiped.
    public func close() throws {
        vault.close()
        try store.close()
    }
}

extension SystemClock: PaymentClock {}
