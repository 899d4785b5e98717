import Assembly
import EMV
import Foundation
import SeneschalClient
import Terminal

/// A shop's terminal and scanner, and their way to the wallet's token service.
struct DemoTill {
    private let terminal: ContactlessTerminal
    private let acquirer: HTTPAcquirer

    private static let merchant = "Corner Shop"

    init(_ neighbourhood: WalletNeighbourhood) throws {
        terminal = ContactlessTerminal(TerminalProfile(merchant: Self.merchant))
        acquirer = HTTPAcquirer(
            try HTTPTransport(server: neighbourhood.walletServer.address), credential: neighbourhood.acquirer)
    }

    /// A telephone is held to the terminal.
    func tap(_ telephone: VirtualTelephone, cents: UInt64) async throws -> String {
        let data = try await terminal.pay(
            TerminalData(amount: cents, currency: 978, country: 276), with: telephone.contactless,
            at: SystemClock().now())
        return try await authorize(data)
    }

    /// A code is scanned.
    func scan(_ code: String, cents: UInt64) async throws -> String {
        let data = try ScannedCode(code).authorizationData(
            for: TerminalData(amount: cents, currency: 978, country: 276), terminal.profile)
        return try await authorize(data)
    }

    private func authorize(_ data: AuthorizationData) async throws -> String {
        let answer = try await acquirer.authorize(data, transaction: UUID().uuidString, merchant: Self.merchant)
        let amount = "\(data.transaction.amount / 100).\(String(data.transaction.amount % 100 + 100).suffix(2)) EUR"
        switch answer {
        case .approved(let code):
            return "\(amount) approved (\(code)), token …\(data.number.lastFour), counter \(data.transactionCounter)"
        case .declined(let code): return "\(amount) declined (\(code))"
        }
    }
}
