public import Merchants
import SeneschalAPI

/// A payment server over HTTP, for a merchant platform: rewards that it has signed.
public struct HTTPRewardTransfers: RewardTransfers {
    private let client: SeneschalClient

    /// - Parameter client: with the credential that the payment server's operator gave the platform. Its retries are those
    ///   of `RequestRetries.rounds`: what is not known is asked for again in the next round.
    public init(_ client: SeneschalClient) { self.client = client }

    public func transfer(_ transfer: RewardTransfer) async throws(MerchantsError) -> RewardTransferAnswer {
        do throws(SeneschalClientError) {
            _ = try await client.send(Endpoints.payReward, .init(instruction: transfer.instruction))
            return .moved
        } catch {
            switch error {
            case .problem(let problem) where problem.code.isAboutTheReward:
                return .refused(reason: problem.detail ?? problem.title)
            // Anything else may be the answer to something that was done, or says nothing about the reward.
            case .problem, .unreachable, .malformedAnswer, .invalidServer:
                throw .unfinished(reason: error.description)
            }
        }
    }
}

extension ProblemCode {
    /// Whether the payment server has looked at the reward and said no.
    fileprivate var isAboutTheReward: Bool {
        switch self {
        case .insufficientFunds, .notFound, .invalidField, .idempotencyConflict, .duplicate, .wrongState, .ineligible:
            true
        default: false
        }
    }
}
