public import CardCryptography
import EMV
import Synchronization

/// The token service: gives tokens out, and answers for them when one pays.
public struct TokenService: Sendable {
    let store: any WalletStore
    let vault: any TokenKeys & StatementSigner
    let clock: any WalletClock
    let random: any RandomSource
    let policy: TokenPolicy
    private let drawn: DrawnNumbers

    public init(
        store: any WalletStore, vault: any TokenKeys & StatementSigner, clock: any WalletClock,
        random: any RandomSource = SystemRandomSource(), policy: TokenPolicy = .standard
    ) {
        self.store = store
        self.vault = vault
        self.clock = clock
        self.random = random
        self.policy = policy
        drawn = DrawnNumbers()
    }

    /// One fresh token for every function, not in use yet; whoever asks commits them together with the credential, with
    /// their references in ``Credential/tokens``.
    ///
    /// - Throws: ``TokenServiceError/exhausted`` when no number is left, ``TokenServiceError/expired`` for a card that is
    ///   good no longer.
    public func tokens(
        for functions: Set<PaymentFunction>, credential: Credential, card: Card
    ) async throws(TokenServiceError) -> [Token] {
        let now = clock.now()
        let expiry = min(card.expiry, CardExpiry(at: now + policy.lifetimeSeconds))
        guard expiry >= CardExpiry(at: now) else { throw .expired }
        var tokens: [Token] = []
        for function in PaymentFunction.allCases where functions.contains(function) {
            tokens.append(
                Token(
                    reference: .random(random), number: try await freeNumber(), sequenceNumber: Self.sequenceNumber,
                    expiry: expiry, accountReference: card.accountReference, requestor: policy.requestor,
                    credential: credential, function: function, createdAt: now))
        }
        return tokens
    }

    /// PSN of every token: a new token has a new number, so one is enough.
    static let sequenceNumber: UInt8 = 1
    /// Places that are tried at random before the neighbours of one are.
    static let drawsMax = 8
    /// Neighbours that are looked at, at most.
    static let stepsMax: UInt64 = 4_096

    /// A number that no token has ever had.
    private func freeNumber() async throws(TokenServiceError) -> TokenNumber {
        let numbers = policy.numbers
        for _ in 0..<Self.drawsMax {
            let number = numbers.number(at: numbers.drawn(from: random))
            if try await isFree(number) { return number }
        }
        // A range that is nearly full: on from some place, around its end.
        let start = numbers.drawn(from: random)
        for step in 0..<min(numbers.count, Self.stepsMax) {
            let number = numbers.number(at: (start + step) % numbers.count)
            if try await isFree(number) { return number }
        }
        throw .exhausted
    }

    /// Whether the number is free, which it is no longer afterwards.
    private func isFree(_ number: TokenNumber) async throws(TokenServiceError) -> Bool {
        let known: Token?
        do { known = try await store.token(number) } catch { throw .store(error) }
        return known == nil && drawn.take(number)
    }
}

/// What the tokens of a token service are like.
public struct TokenPolicy: Sendable {
    public var numbers: TokenNumbers
    public var requestor: TokenRequestorID
    /// A token is good for this long, and never longer than its card.
    public var lifetimeSeconds: Int64

    public static let standard = TokenPolicy(
        numbers: .standard, requestor: TokenRequestorID(unchecked: "40000000001"), lifetimeSeconds: 5 * 365 * 86_400)

    public init(numbers: TokenNumbers, requestor: TokenRequestorID, lifetimeSeconds: Int64) {
        self.numbers = numbers
        self.requestor = requestor
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// Why no token is given out, or none is changed.
public enum TokenServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No number is left in the ranges.
    case exhausted
    /// The card is good no longer.
    case expired
    case unknownToken
    case transition(TokenTransitionError)
    case store(WalletStoreError)
    case vault(WalletVaultError)

    public var description: String {
        switch self {
        case .exhausted: "the token ranges are exhausted"
        case .expired: "the card has expired"
        case .unknownToken: "there is no such token"
        case .transition(let error): "\(error)"
        case .store(let error): "\(error)"
        case .vault(let error): "\(error)"
        }
    }
}

/// Numbers drawn lately that may not be in the store yet: two requests at the same time never hold the same one.
private final class DrawnNumbers: Sendable {
    static let numbersMax = 65_536

    private struct State {
        var numbers: Set<TokenNumber> = []
        var order: [TokenNumber] = []
        var next = 0
    }

    private let state = Mutex(State())

    /// - Returns: whether nobody holds it.
    func take(_ number: TokenNumber) -> Bool {
        state.withLock { state in
            guard state.numbers.insert(number).inserted else { return false }
            if state.order.count < Self.numbersMax {
                state.order.append(number)
            } else {
                state.numbers.remove(state.order[state.next])
                state.order[state.next] = number
                state.next = (state.next + 1) % Self.numbersMax
            }
            return true
        }
    }
}
