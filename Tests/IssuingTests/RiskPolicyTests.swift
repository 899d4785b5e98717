import Foundation
import Issuing
import Testing

@Suite("The risk policy is data")
struct RiskPolicyTests {
    private static let reds = RiskPolicy.alwaysRed.map { RiskPolicy.Rule(when: $0, path: .red) }

    @Test("the first rule that applies decides")
    func order() throws {
        let policy = RiskPolicy.standard
        #expect(policy.decision([]).path == .yellow)
        #expect(policy.decision([.userKnown]).path == .green)
        #expect(policy.decision([.userKnown, .cardOnReferral]).path == .orange)
        #expect(policy.decision([.userKnown, .oneTimePasswordsUsedUp]).path == .green)
        #expect(policy.decision([.oneTimePasswordsUsedUp]).path == .red)
        let others = Set(RiskPolicy.Condition.allCases).subtracting(RiskPolicy.alwaysRed).subtracting([.always])
        for condition in RiskPolicy.alwaysRed { #expect(policy.decision(others.union([condition])).path == .red) }
    }

    @Test(
        "no policy lets pass what must not: each has to be red before any other path", arguments: RiskPolicy.alwaysRed)
    func alwaysRed(_ condition: RiskPolicy.Condition) {
        let missing = Self.reds.filter { $0.when != condition } + [.init(when: .always, path: .green)]
        #expect(throws: IssuingError.self) { try RiskPolicy(rules: missing) }
        let late =
            Self.reds.filter { $0.when != condition } + [
                .init(when: .cardOnReferral, path: .orange), .init(when: condition, path: .red),
                .init(when: .always, path: .yellow),
            ]
        #expect(throws: IssuingError.self) { try RiskPolicy(rules: late) }
        #expect(throws: Never.self) { try RiskPolicy(rules: Self.reds + [.init(when: .always, path: .green)]) }
    }

    @Test("a policy that leaves something undecided, or has a limit that cannot be, is none")
    func undecided() throws {
        #expect(throws: IssuingError.self) { try RiskPolicy(rules: Self.reds) }
        var limits = RiskPolicy.Limits()
        limits.triesMax = 0
        #expect(throws: IssuingError.self) {
            try RiskPolicy(rules: Self.reds + [.init(when: .always, path: .red)], limits: limits)
        }
    }

    @Test("it is written and read as JSON, and a bad one is not read")
    func json() throws {
        let bytes = try JSONEncoder().encode(RiskPolicy.standard)
        #expect(try JSONDecoder().decode(RiskPolicy.self, from: bytes) == .standard)
        let bad = String(decoding: bytes, as: UTF8.self).replacing("\"red\"", with: "\"green\"")
        #expect(throws: IssuingError.self) { try JSONDecoder().decode(RiskPolicy.self, from: Data(bad.utf8)) }
    }

    @Test("an issuer does as its policy says")
    func followed() async throws {
        var limits = RiskPolicy.Limits()
        limits.triesMax = 1
        let policy = try RiskPolicy(rules: Self.reds + [.init(when: .always, path: .yellow)], limits: limits)
        let harbour = try await Harbour(policy: policy)
        let card = try await harbour.card(.direct)
        guard case .oneTimePasswordSent(let id) = try await harbour.verify(harbour.request(card)) else {
            Issue.record("no one-time password")
            return
        }
        let password = try #require(harbour.messages.outbox.first).oneTimePassword
        _ = try await harbour.issuer.confirm(id, oneTimePassword: "no", Harbour.wallet())
        #expect(try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet()) == .refused)
    }
}
