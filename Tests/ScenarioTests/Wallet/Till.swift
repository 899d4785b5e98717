import Assembly
import CardLink
import Foundation
import SeneschalClient
import Terminal

/// A shop, and what its terminal says to the cards.
struct Till {
    let acquirer: HTTPAcquirer
    let eavesdropper: Eavesdropper

    static let cents: UInt64 = 1_250
    private static let merchant = "Corner Shop"
    private let transaction = TerminalData(amount: cents, currency: 978, country: 276)
    private let terminal = ContactlessTerminal(TerminalProfile(merchant: merchant))

    init(acquirer: HTTPAcquirer, eavesdropper: Eavesdropper) {
        self.acquirer = acquirer
        self.eavesdropper = eavesdropper
    }

    func tap(_ telephone: VirtualTelephone) async throws -> AuthorizationAnswer {
        let card = OverheardCard(card: telephone.contactless, eavesdropper: eavesdropper)
        return try await authorize(try await terminal.pay(transaction, with: card, at: SystemClock().now()))
    }

    func scan(_ code: String) async throws -> AuthorizationAnswer {
        try await authorize(try ScannedCode(code).authorizationData(for: transaction, terminal.profile))
    }

    private func authorize(_ data: AuthorizationData) async throws -> AuthorizationAnswer {
        try await acquirer.authorize(data, transaction: UUID().uuidString, merchant: Self.merchant)
    }
}

extension AuthorizationAnswer {
    var isApproved: Bool {
        guard case .approved = self else { return false }
        return true
    }
}
