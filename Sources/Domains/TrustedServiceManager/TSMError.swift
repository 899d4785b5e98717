public import ISO7816
public import TurnTaking

/// Why the central TSM did not do what was asked. Nothing was sent to a network unless the case says so.
public enum TSMError: Error, Equatable, Sendable {
    /// A field cannot be; the field is named as in the request.
    case invalid(field: String, reason: String)
    /// The thing named in `field` is unknown, or belongs to somebody else, which is answered alike.
    case notFound(field: String, reason: String)
    /// The SE does not belong to the MSI (TSM-03).
    case mismatch(field: String, reason: String)
    case ineligible([IneligibilityReason])
    case communication(CommunicationError)
    /// The policy forbids this command; the index counts from 0.
    case commandRefused(index: Int, reason: String)
    case scriptTooLarge(field: String, reason: String)
    /// The service is not in a state that allows it.
    case wrongState(reason: String)
    /// Same Idempotency-Key, other request.
    case idempotencyConflict
    case duplicate(reason: String)
    /// Every mutation needs one.
    case idempotencyKeyMissing
    /// The secure element could not be reached; nothing was executed.
    case unreachable(reason: String)
    /// Whether it was executed is unknown as yet; the same request with the same key settles it.
    case unknownOutcome(execution: ExecutionNumber)
    /// The card answered what no honest card answers.
    case cardMisbehaved(reason: String)
    /// The card refused a step that the central TSM itself planned.
    case cardRefused(step: String, StatusWord)
    case `internal`(reason: String)
}

extension TSMError: TurnFailure {
    public static func crowded(reason: String) -> TSMError { .unreachable(reason: reason) }
}
