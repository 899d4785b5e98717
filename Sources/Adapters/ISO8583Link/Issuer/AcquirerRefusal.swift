import ISO8583
import Issuing

/// Why an acquirer does not get what it asks for.
enum AcquirerRefusal: Error, Equatable {
    /// Nothing was done.
    case code(ResponseCode)
    /// It may have been done.
    case unknown(reason: String)

    init(_ error: IssuingError) {
        switch error {
        case .invalid: self = .code(.formatError)
        case .duplicate: self = .code(.duplicateTransmission)
        case .statement: self = .code(.securityViolation)
        case .notFound, .wrongState, .limit, .notVerified, .idempotencyKeyMissing, .idempotencyConflict:
            self = .code(.doNotHonour)
        case .unfinished(let reason), .internal(let reason): self = .unknown(reason: reason)
        }
    }
}
