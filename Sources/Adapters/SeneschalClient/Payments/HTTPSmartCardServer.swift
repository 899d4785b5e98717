import MobileDevice
import SeneschalAPI
public import Terminal

/// A payment server over HTTP, for terminals at which smart cards pay: `/pay/v1`.
public struct HTTPSmartCardServer: SmartCardServer {
    private let client: SeneschalClient

    /// - Parameter client: with the terminal's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func challenge(_ request: String) async throws(SmartCardServerError) -> IssuedCardChallenge {
        let answer = try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.challengeSmartCard, .init(statement: request))
        }
        return IssuedCardChallenge(
            name: answer.challenge, nonce: answer.nonce.bytes, expiresAt: answer.expiresAt.secondsSince1970)
    }

    public func process(_ transaction: String) async throws(SmartCardServerError) -> CardTransactionAnswer {
        let answer = try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.processSmartCard, .init(statement: transaction))
        }
        switch (answer.outcome, answer.transfer) {
        case (.approved, let transfer?): return .approved(transfer: transfer)
        case (.approved, nil): throw .unsettled(detail: "the answer names no transfer")
        case (.declined, _): return .declined
        case (.refused, _): return .refused
        }
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(SmartCardServerError) -> Answer {
        do throws(SeneschalClientError) { return try await request() } catch {
            switch PaymentServiceError(error) {
            case .refused(let code, let detail): throw .refused(code: code, detail: detail)
            case .unsettled(let detail): throw .unsettled(detail: detail)
            }
        }
    }
}
