public import Merchants
import SeneschalAPI

/// A payment server over HTTP, for a merchant platform that asks what became of its instructions.
public struct HTTPInstructionInquiry: InstructionInquiry {
    private let client: SeneschalClient

    /// - Parameter client: with the credential that the payment server's operator gave the platform.
    public init(_ client: SeneschalClient) { self.client = client }

    public func standing(of instruction: InstructionID) async throws(MerchantsError) -> InstructionStanding {
        let answer: API.InstructionStanding
        do throws(SeneschalClientError) {
            answer = try await client.send(
                Endpoints.getInstructionStanding, NoBody(), ["instruction": instruction.rawValue])
        } catch {
            throw .unfinished(reason: error.description)
        }
        switch (answer.state, answer.result) {
        case (.unknown, _): return .unknown
        case (.open, _): return .open
        case (.settled, let result?): return .settled(result: result)
        case (.settled, nil): throw .unfinished(reason: "the answer has no result")
        }
    }
}
