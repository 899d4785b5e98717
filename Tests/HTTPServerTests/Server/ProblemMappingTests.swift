import ISO7816
import SeneschalAPI
import Testing
import TrustedServiceManager

@testable import HTTPServer

@Suite("The domain's errors as problems")
struct ProblemMappingTests {
    @Test("every error of the domain has its problem", arguments: mapping)
    func maps(error: TSMError, expected: Problem) { #expect(error.problem == expected) }

    static let mapping: [(TSMError, Problem)] = [
        (.invalid(field: "seId", reason: "r"), Problem(.invalidField, detail: "r", field: "seId")),
        (.invalid(field: "rotation", reason: "r"), Problem(.invalidField, detail: "r", field: "rotate.apdus")),
        (.notFound(field: "msi", reason: "r"), Problem(.notFound, detail: "r", field: "msi")),
        (.mismatch(field: "msi", reason: "r"), Problem(.mismatch, detail: "r", field: "msi")),
        (
            .ineligible([.expired(at: 0), .certificationTooLow(found: 2, required: 4)]),
            Problem(
                .ineligible, detail: "the secure element does not meet the conditions of the service",
                reasons: [
                    .init(code: "secureElementExpired", detail: "the secure element expired on 1970-01-01T00:00:00Z"),
                    .init(
                        code: "certificationTooLow", detail: "its certification level is 2; 4 or higher is needed"),
                ])
        ),
        (.communication(.ended), Problem(.communicationEnded, detail: "\(CommunicationError.ended)")),
        (.communication(.expired), Problem(.communicationExpired, detail: "\(CommunicationError.expired)")),
        (.communication(.scriptExecuting), Problem(.scriptExecuting, detail: "\(CommunicationError.scriptExecuting)")),
        (
            .communication(.scriptsExhausted(granted: 3)),
            Problem(.scriptsExhausted, detail: "\(CommunicationError.scriptsExhausted(granted: 3))")
        ),
        (.commandRefused(index: 2, reason: "r"), Problem(.commandRefused, detail: "r", field: "apdus[2]")),
        (.scriptTooLarge(field: "script", reason: "r"), Problem(.scriptTooLarge, detail: "r", field: "apdus")),
        (.wrongState(reason: "r"), Problem(.wrongState, detail: "r")),
        (.idempotencyConflict, Problem(.idempotencyConflict)),
        (.duplicate(reason: "r"), Problem(.duplicate, detail: "r")),
        (.idempotencyKeyMissing, Problem(.idempotencyKeyMissing)),
        (.unreachable(reason: "r"), Problem(.unreachable, detail: "r")),
        (.unknownOutcome(execution: ExecutionNumber(rawValue: 9)), Problem(.unknownOutcome, execution: 9)),
        (.cardMisbehaved(reason: "r"), Problem(.cardMisbehaved, detail: "r")),
        (
            .cardRefused(step: "INSTALL", StatusWord(rawValue: 0x6A80)),
            Problem(
                .cardRefused, detail: "the card answered INSTALL with \(StatusWord(rawValue: 0x6A80))",
                sw: HexBytes([0x6A, 0x80]))
        ),
    ]

    @Test("what is internal has none")
    func hidden() { #expect(TSMError.internal(reason: "secret detail").problem == nil) }

    @Test("the statuses are those of the contract")
    func statuses() {
        let expected: [ProblemCode: Int] = [
            .malformedJSON: 400, .idempotencyKeyMissing: 400, .unauthenticated: 401, .credentialRevoked: 401,
            .forbidden: 403, .commandRefused: 403, .notFound: 404, .noSuchRoute: 404, .unknownSession: 404,
            .methodNotAllowed: 405, .noCommonOption: 406, .mismatch: 409, .idempotencyConflict: 409, .duplicate: 409,
            .wrongState: 409, .communicationEnded: 409, .communicationExpired: 410, .bodyTooLarge: 413,
            .scriptTooLarge: 413, .unsupportedMediaType: 415, .unknownMember: 422, .invalidField: 422,
            .ineligible: 422, .internal: 500, .cardRefused: 502, .cardMisbehaved: 502, .unreachable: 503,
            .unknownOutcome: 503, .tooManySessions: 503,
        ]
        for (code, status) in expected { #expect(code.status == status, "\(code)") }
        for code in ProblemCode.allCases { #expect((code.status == 503) == (code.retryAfterSeconds != nil), "\(code)") }
    }
}
