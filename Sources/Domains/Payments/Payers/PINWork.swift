import CardCryptography
import Dispatch
import Synchronization

/// Works on PINs one after the other, away from the threads of Swift concurrency: each takes memory and time on purpose.
final class PINWork: Sendable {
    private let queue = DispatchQueue(label: "seneschal.payment-pins")
    private let waiting = Atomic<Int>(0)
    private let cost: Scrypt.Cost
    private let random: any RandomSource

    /// Those that wait at most; one more is told to come again.
    static let waitingMax = 64

    init(cost: Scrypt.Cost, random: any RandomSource) {
        self.cost = cost
        self.random = random
    }

    func isRight(tag: SecretBytes, _ digest: PINDigest) async throws(PaymentsError) -> Bool {
        try await perform { () throws(PaymentsError) in digest.isOf(tag: tag) }
    }

    func digest(ofTag tag: SecretBytes) async throws(PaymentsError) -> PINDigest {
        try await perform { [cost, random] () throws(PaymentsError) in
            do {
                return try PINDigest(ofTag: tag, cost: cost, random: random)
            } catch {
                throw .internal(reason: "the cost of PINs: \(error)")
            }
        }
    }

    private func perform<Value: Sendable>(
        _ work: @escaping @Sendable () throws(PaymentsError) -> Value
    ) async throws(PaymentsError) -> Value {
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.waitingMax else {
            throw .unsettled(reason: "\(Self.waitingMax) PINs wait already; try again")
        }
        let result: Result<Value, PaymentsError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(PaymentsError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
