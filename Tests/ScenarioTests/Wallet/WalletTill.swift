import Assembly
import CardCryptography
import CardLink
import EMV
import Foundation
import MobileDevice
import SecureElement
import Terminal
import Wallet

/// A terminal and a scanner with the wallet's payment desk behind them.
struct WalletTill {
    let world: WalletWorld

    private static let terminal = ContactlessTerminal(TerminalProfile(merchant: "Corner Shop"))
    private static let sale = TerminalData(amount: 1_250, currency: 978, country: 276)

    /// A card is held to the terminal: once more where its handset was just starting again.
    static func tap(_ card: InProcessCard<SecureElement>) async throws -> AuthorizationData {
        for _ in 0..<4 {
            do throws(TerminalError) {
                return try await terminal.pay(sale, with: card.contactless, at: SystemClock().now())
            } catch {
                try? await card.reset(.contactless)
            }
        }
        return try await terminal.pay(sale, with: card.contactless, at: SystemClock().now())
    }

    /// A code of the card is scanned.
    static func scan(_ record: DeviceCard, of card: InProcessCard<SecureElement>) async throws -> AuthorizationData {
        guard
            let purchase = RemotePurchase(
                .qr, amount: sale.amount, currency: sale.currency, country: sale.country, at: SystemClock().now(),
                random: SystemRandomSource())
        else { throw TerminalError.declined }
        let cryptogram = try await WalletSecureElement(card).generateCryptogram(
            purchase, with: record.reference, type: record.type, isConfirmed: true)
        return try ScannedCode(try cryptogram.code(label: record.label)).authorizationData(
            for: sale, terminal.profile)
    }

    /// Asks under one name of the transaction until it is answered.
    func authorize(_ data: AuthorizationData) async throws -> PaymentAnswer {
        guard let function = PaymentFunction(rawValue: data.entry.rawValue),
            let token = TokenNumber(data.number.revealed()), let acquirer = AcquirerName("corner-shop")
        else { throw TerminalError.declined }
        let request = PaymentRequest(
            acquirer: acquirer, transaction: UUID().uuidString, function: function, token: token,
            sequenceNumber: data.sequenceNumber, expiry: data.expiry, amount: Int64(data.transaction.amount),
            currency: data.transaction.currency, merchant: "Corner Shop", cryptogram: data.cryptogram,
            objects: data.objects)
        return try await world.insisting { _ in try await world.payments.authorize(request) }
    }
}

extension PaymentAnswer {
    var isApproved: Bool { if case .approved = self { true } else { false } }
}
