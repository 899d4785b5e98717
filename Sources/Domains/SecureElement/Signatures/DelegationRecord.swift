/// What a security domain remembers of the delegated operations that it approved or confirmed, so that no token works
/// twice (docs/decisions/0010-a-token-works-once.md).
struct DelegationRecord: Equatable, Sendable {
    /// The highest number of a token that was used; numbers start with 1.
    var tokenNumber: UInt64 = 0
    /// Of tokens without a number: the last that were used, oldest first. SHA-256.
    var fingerprints: [[UInt8]] = []
    /// The counter of the last receipt; receipts start with 1.
    var confirmationCounter: UInt16 = 0

    /// Tokens without a number that are remembered; what is older could be used again.
    static let fingerprintsMax = 32
    static let fingerprintLength = 32

    /// Whether a token can still be used.
    func isUnused(_ token: TokenIdentity) -> Bool {
        switch token {
        case .numbered(let number): number > tokenNumber
        case .unnumbered(let fingerprint): !fingerprints.contains(fingerprint)
        }
    }

    /// Takes a token that is unused.
    mutating func use(_ token: TokenIdentity) {
        switch token {
        case .numbered(let number): tokenNumber = number
        case .unnumbered(let fingerprint):
            fingerprints.append(fingerprint)
            fingerprints.removeFirst(max(0, fingerprints.count - Self.fingerprintsMax))
        }
    }
}

/// What tells one token from all others of its security domain.
enum TokenIdentity: Equatable, Sendable {
    /// Tag 93 of its control reference template.
    case numbered(UInt64)
    /// Of a token that has none: a hash of the part of the signature that only the signer can make.
    case unnumbered([UInt8])
}
