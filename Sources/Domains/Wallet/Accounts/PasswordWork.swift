import CardCryptography
import Dispatch
import Synchronization

/// Works on passwords one after the other, away from the threads of Swift concurrency: each takes memory and time on
/// purpose, and many at once would take all of it.
final class PasswordWork: Sendable {
    private let queue = DispatchQueue(label: "seneschal.passwords")
    private let waiting = Atomic<Int>(0)

    /// Those that wait at most; one more is told to come again.
    static let waitingMax = 64

    /// Whether `digest` was made from `password`. Without a digest the same work is done, and the answer is no.
    func isRight(
        _ password: SecretBytes, _ digest: PasswordDigest?, cost: Scrypt.Cost, random: any RandomSource
    ) async throws(WalletError) -> Bool {
        try await perform { () throws(WalletError) in
            if let digest { return digest.isOf(password) }
            _ = try Self.digest(of: password, cost, random)
            return false
        }
    }

    func digest(
        of password: SecretBytes, cost: Scrypt.Cost, random: any RandomSource
    ) async throws(WalletError) -> PasswordDigest {
        try await perform { () throws(WalletError) in try Self.digest(of: password, cost, random) }
    }

    private static func digest(
        of password: SecretBytes, _ cost: Scrypt.Cost, _ random: any RandomSource
    ) throws(WalletError) -> PasswordDigest {
        do {
            return try PasswordDigest(of: password, cost: cost, random: random)
        } catch {
            throw .internal(reason: "the password cost: \(error)")
        }
    }

    private func perform<Value: Sendable>(
        _ work: @escaping @Sendable () throws(WalletError) -> Value
    ) async throws(WalletError) -> Value {
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.waitingMax else {
            throw .unsettled(reason: "\(Self.waitingMax) logins wait already; try again")
        }
        let result: Result<Value, WalletError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(WalletError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
