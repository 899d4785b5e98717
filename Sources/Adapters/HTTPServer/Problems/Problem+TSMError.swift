import ISO7816
import SeneschalAPI
import TrustedServiceManager

extension TSMError: ProblemCause {
    var problem: Problem? { Problem(domain: self) }
}

extension Problem {
    /// The one mapping of the central TSM's errors to problems.
    ///
    /// - Returns: `nil` for what is not for the client: it goes into the log instead.
    fileprivate init?(domain error: TSMError) {
        switch error {
        case .invalid(let field, let reason):
            self.init(.invalidField, detail: reason, field: field.onTheWire)
        case .notFound(let field, let reason):
            self.init(.notFound, detail: reason, field: field.onTheWire)
        case .mismatch(let field, let reason):
            self.init(.mismatch, detail: reason, field: field.onTheWire)
        case .ineligible(let reasons):
            self.init(
                .ineligible, detail: "the secure element does not meet the conditions of the service",
                reasons: reasons.map { Reason(code: $0.code, detail: $0.detail) })
        case .communication(let error):
            self.init(error.code, detail: error.description)
        case .commandRefused(let index, let reason):
            self.init(.commandRefused, detail: reason, field: "apdus[\(index)]")
        case .scriptTooLarge(let field, let reason):
            self.init(.scriptTooLarge, detail: reason, field: field.onTheWire)
        case .wrongState(let reason):
            self.init(.wrongState, detail: reason)
        case .idempotencyConflict:
            self.init(.idempotencyConflict)
        case .duplicate(let reason):
            self.init(.duplicate, detail: reason)
        case .idempotencyKeyMissing:
            self.init(.idempotencyKeyMissing)
        case .unreachable(let reason):
            self.init(.unreachable, detail: reason)
        case .unknownOutcome(let execution):
            self.init(.unknownOutcome, execution: Int(execution.rawValue))
        case .cardMisbehaved(let reason):
            self.init(.cardMisbehaved, detail: reason)
        case .cardRefused(let step, let statusWord):
            self.init(
                .cardRefused, detail: "the card answered \(step) with \(statusWord)",
                sw: HexBytes([UInt8(statusWord.rawValue >> 8), UInt8(statusWord.rawValue & 0xFF)]))
        case .internal:
            return nil
        }
    }
}

extension CommunicationError {
    fileprivate var code: ProblemCode {
        switch self {
        case .ended: .communicationEnded
        case .expired: .communicationExpired
        case .scriptExecuting: .scriptExecuting
        case .scriptsExhausted: .scriptsExhausted
        }
    }
}

extension IneligibilityReason {
    fileprivate var detail: String {
        switch self {
        case .expired(let at): "the secure element expired on \(Timestamp(secondsSince1970: at))"
        case .wrongStandard(let found, let required): "it follows \(found); \(required) or later is needed"
        case .certificationTooLow(let found, let required):
            "its certification level is \(found); \(required) or higher is needed"
        case .providerNotAdmitted: "the service is not open to the asking service provider"
        }
    }
}

extension String {
    /// Where the domain names a field by its own noun, the contract has another.
    fileprivate var onTheWire: String {
        switch self {
        case "rotation": "rotate.apdus"
        case "personalization": "personalize.apdus"
        case "script": "apdus"
        default: self
        }
    }
}
