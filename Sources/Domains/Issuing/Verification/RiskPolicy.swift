/// How an issuer decides on real-name verifications, as data: rules of which the first that applies decides, and bounds.
public struct RiskPolicy: Hashable, Sendable, Codable {
    public let rules: [Rule]
    public let limits: Limits

    /// The paths of token issuance.
    public enum Path: String, Hashable, Sendable, Codable, CaseIterable {
        /// Recognized at once.
        case green
        /// A one-time password decides.
        case yellow
        /// The issuer speaks to its customer first.
        case orange
        case red
    }

    /// Something that is so or not when a user asks to be recognized as the holder of a card.
    public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        case cardUnknown
        /// Expiry, name, identity number or telephone number: one of them or several.
        case fieldsDiffer
        case cardNotActive
        case cardExpired
        /// ``Limits/refusalsOfCardMax`` reached.
        case cardLockedOut
        /// ``Limits/refusalsOfUserMax`` reached.
        case userLockedOut
        /// The issuer wants to speak to the cardholder.
        case cardOnReferral
        case cardOnDirectEnrollment
        /// Somebody else has the card in a wallet.
        case boundToAnotherUser
        /// ``Limits/secureElementsOfCard`` reached.
        case onManySecureElements
        /// The user has been recognized as the holder of this card before.
        case userKnown
        /// ``Limits/oneTimePasswordsOfCardMax`` or ``Limits/oneTimePasswordsOfUserMax`` reached.
        case oneTimePasswordsUsedUp
        case always
    }

    public struct Rule: Hashable, Sendable, Codable {
        public var when: Condition
        public var path: Path

        public init(when: Condition, path: Path) {
            self.when = when
            self.path = path
        }
    }

    public struct Limits: Hashable, Sendable, Codable {
        /// Refusals of one card within ``windowSeconds``; when they are reached the card is locked out until it has passed.
        public var refusalsOfCardMax = 5
        public var refusalsOfUserMax = 5
        public var oneTimePasswordsOfCardMax = 5
        public var oneTimePasswordsOfUserMax = 5
        public var windowSeconds: Int64 = 86_400
        /// How long a one-time password holds.
        public var oneTimePasswordSeconds: Int64 = 300
        /// Wrong one-time passwords of one verification.
        public var triesMax = 3
        /// Secure elements that a card is on, from which on another one is unusual.
        public var secureElementsOfCard = 4

        public init() {}

        var isPossible: Bool {
            [refusalsOfCardMax, refusalsOfUserMax, oneTimePasswordsOfCardMax, oneTimePasswordsOfUserMax]
                .allSatisfy { (1...100).contains($0) }
                && (60...31 * 86_400).contains(windowSeconds) && (30...3_600).contains(oneTimePasswordSeconds)
                && (1...10).contains(triesMax)
                && (1...BindingPolicy.secureElementsOfCardMax).contains(secureElementsOfCard)
        }
    }

    /// What no policy may let pass: each has a red rule before the first rule of another path, so that nothing
    /// else is learned of them.
    public static let alwaysRed: [Condition] = [
        .cardLockedOut, .userLockedOut, .cardUnknown, .fieldsDiffer, .cardNotActive, .cardExpired,
    ]
    public static let rulesMax = 64

    /// - Throws: ``IssuingError/invalid(field:reason:)`` for a policy that lets pass what must not, or leaves something
    ///   undecided.
    public init(rules: [Rule], limits: Limits = Limits()) throws(IssuingError) {
        guard (1...Self.rulesMax).contains(rules.count), rules.last?.when == .always else {
            throw .invalid(field: "rules", reason: "1 to \(Self.rulesMax) rules, the last of which applies always")
        }
        let refused = Set(rules.prefix { $0.path == .red }.map(\.when))
        if let missing = Self.alwaysRed.first(where: { !refused.contains($0) }) {
            throw .invalid(field: "rules", reason: "\(missing.rawValue) is red, before any rule of another path")
        }
        guard limits.isPossible else { throw .invalid(field: "limits", reason: "a limit is out of its range") }
        self.rules = rules
        self.limits = limits
    }

    /// What the issuers of this house begin with.
    public static let standard: RiskPolicy = {
        let refused = alwaysRed.map { Rule(when: $0, path: .red) }
        do {
            return try RiskPolicy(
                rules: refused + [
                    Rule(when: .cardOnReferral, path: .orange), Rule(when: .boundToAnotherUser, path: .orange),
                    Rule(when: .onManySecureElements, path: .orange),
                    Rule(when: .cardOnDirectEnrollment, path: .green), Rule(when: .userKnown, path: .green),
                    Rule(when: .oneTimePasswordsUsedUp, path: .red), Rule(when: .always, path: .yellow),
                ])
        } catch {
            preconditionFailure("the standard policy keeps its own rules: \(error)")
        }
    }()

    /// The rule that decides when exactly these conditions hold.
    public func decision(_ conditions: Set<Condition>) -> Rule {
        rules.first { $0.when == .always || conditions.contains($0.when) } ?? Rule(when: .always, path: .red)
    }
}

extension RiskPolicy {
    private enum CodingKeys: String, CodingKey { case rules, limits }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            rules: container.decode([Rule].self, forKey: .rules), limits: container.decode(Limits.self, forKey: .limits)
        )
    }
}
