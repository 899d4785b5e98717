import Terminal

@testable import Payments

/// The payment server as a terminal has it: what is asked gets lost, and the server dies at its commits.
struct MortalSmartCardServer: SmartCardServer {
    let cards: SmartCardBench
    let line: CutLine

    func challenge(_ request: String) async throws(SmartCardServerError) -> IssuedCardChallenge {
        let challenge = try await asked { try await $0.challenge(request) }
        return IssuedCardChallenge(
            name: challenge.id.rawValue, nonce: challenge.nonce, expiresAt: challenge.expiresAt)
    }

    func process(_ transaction: String) async throws(SmartCardServerError) -> CardTransactionAnswer {
        switch try await asked({ try await $0.process(transaction) }) {
        case .approved(let transfer): .approved(transfer: "\(transfer)")
        case .declined: .declined
        case .refused: .refused
        }
    }

    private func asked<Answer>(
        _ request: (SmartCardDesk) async throws -> Answer
    ) async throws(SmartCardServerError) -> Answer {
        do {
            return try await line.carry {
                try await request(SmartCardDesk(cards.bench.started(), keys: cards.keys, trace: cards.trace))
            }
        } catch let error as PaymentsError where error.isCertain {
            throw .refused(code: "refused", detail: error.description)
        } catch {
            throw .unsettled(detail: "\(error)")
        }
    }
}
