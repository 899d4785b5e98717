/// Every reason for which a request is not answered as asked. The names are part of the contract.
public enum ProblemCode: String, Codable, Sendable, CaseIterable {
    // The request
    case malformedJSON, unsupportedMediaType, bodyTooLarge
    case unknownMember, missingMember, invalidField, malformedQuery
    case noSuchRoute, methodNotAllowed
    case idempotencyKeyMissing, idempotencyKeyInvalid, idempotencyConflict
    // Who asks
    case unauthenticated, credentialRevoked, forbidden
    // What is asked for
    case notFound, mismatch, ineligible, duplicate, wrongState, limitReached
    case assertionRefused, notRecognized, unfinished
    // People and their cards
    case credentialsRefused, freshAuthenticationRequired, tooManyTries
    case unknownIssuer, issuerRefused, secureElementFull, secureElementMismatch
    case insufficientFunds
    // Tags and coupons
    case tagRefused, noReward
    case communicationEnded, communicationExpired, scriptExecuting, scriptsExhausted
    case commandRefused, scriptTooLarge
    // The card and the way to it
    case unreachable, unknownOutcome, cardRefused, cardMisbehaved
    // The device leg
    case unknownSession, noCommonOption, tooManySessions
    // The server
    case shuttingDown
    case `internal`

    /// The type of RFC 9457, an identifier that is not meant to be fetched.
    public var type: String { "urn:seneschal:problem:\(rawValue)" }

    /// HTTP status.
    public var status: Int {
        switch self {
        case .malformedJSON, .malformedQuery, .idempotencyKeyMissing, .idempotencyKeyInvalid: 400
        case .unauthenticated, .credentialRevoked, .credentialsRefused: 401
        case .forbidden, .commandRefused, .assertionRefused, .notRecognized, .freshAuthenticationRequired, .tagRefused:
            403
        case .noSuchRoute, .notFound, .unknownSession: 404
        case .methodNotAllowed: 405
        case .noCommonOption: 406
        case .idempotencyConflict, .mismatch, .duplicate, .wrongState, .limitReached, .communicationEnded,
            .scriptExecuting, .scriptsExhausted, .issuerRefused, .secureElementFull, .secureElementMismatch,
            .insufficientFunds, .noReward:
            409
        case .communicationExpired: 410
        case .bodyTooLarge, .scriptTooLarge: 413
        case .unsupportedMediaType: 415
        case .unknownMember, .missingMember, .invalidField, .ineligible, .unknownIssuer: 422
        case .tooManyTries: 429
        case .internal: 500
        case .cardRefused, .cardMisbehaved: 502
        case .unreachable, .unknownOutcome, .unfinished, .tooManySessions, .shuttingDown: 503
        }
    }

    /// The same for every occurrence.
    public var title: String {
        switch self {
        case .malformedJSON: "The body is not JSON"
        case .unsupportedMediaType: "The body is not declared as JSON"
        case .bodyTooLarge: "The body is too large"
        case .unknownMember: "The body has a member that does not belong there"
        case .missingMember: "The body lacks a member"
        case .invalidField: "A field cannot be as it is"
        case .malformedQuery: "A query parameter cannot be as it is"
        case .noSuchRoute: "There is nothing at this path"
        case .methodNotAllowed: "The path does not take this method"
        case .idempotencyKeyMissing: "An Idempotency-Key is needed"
        case .idempotencyKeyInvalid: "The Idempotency-Key cannot be as it is"
        case .idempotencyConflict: "The Idempotency-Key belongs to another request"
        case .unauthenticated: "An access credential is needed"
        case .credentialRevoked: "The access credential has been revoked"
        case .forbidden: "The access credential does not open this door"
        case .notFound: "It is not known here"
        case .mismatch: "Subscription and secure element do not belong together"
        case .ineligible: "The secure element cannot take the service"
        case .duplicate: "It exists already"
        case .wrongState: "Its state does not allow this"
        case .limitReached: "There are as many as there can be"
        case .assertionRefused: "The signed assertion is not believed"
        case .notRecognized: "The user is not recognized as the holder of the card"
        case .unfinished: "It was written down and is not finished yet"
        case .credentialsRefused: "Login name and password do not fit together"
        case .freshAuthenticationRequired: "The password is needed again"
        case .tooManyTries: "Too many tries have failed"
        case .unknownIssuer: "No issuer of this wallet has given out such a card"
        case .issuerRefused: "The issuer did not bind the card"
        case .secureElementFull: "The secure element has no room for another card"
        case .secureElementMismatch: "The device's number has another secure element, or none"
        case .insufficientFunds: "There is not enough on the account"
        case .tagRefused: "The tag leads to no payment"
        case .noReward: "There is no reward for this use"
        case .communicationEnded: "The communication has ended"
        case .communicationExpired: "The communication has expired"
        case .scriptExecuting: "A script is executing"
        case .scriptsExhausted: "All granted scripts have been used"
        case .commandRefused: "A command is not allowed"
        case .scriptTooLarge: "The script is larger than granted"
        case .unreachable: "The secure element cannot be reached"
        case .unknownOutcome: "Whether it was executed is unknown as yet"
        case .cardRefused: "The card refused a planned step"
        case .cardMisbehaved: "The card did not keep to the protocol"
        case .unknownSession: "The session is not known"
        case .noCommonOption: "No version, format or transport in common"
        case .tooManySessions: "Too many sessions are open"
        case .shuttingDown: "The server is going down"
        case .internal: "The server failed"
        }
    }

    /// What to do about it, where that is the same for every occurrence.
    public var nextStep: String? {
        switch self {
        case .malformedJSON: "Send one JSON value in UTF-8; see /openapi.json."
        case .unsupportedMediaType: "Send Content-Type: application/json."
        case .unknownMember, .missingMember, .invalidField, .malformedQuery: "Correct the field; see /openapi.json."
        case .noSuchRoute, .methodNotAllowed: "See /openapi.json for what there is."
        case .idempotencyKeyMissing:
            "Send an Idempotency-Key header of 1 to 128 printable characters, new for every new request."
        case .idempotencyKeyInvalid: "Use 1 to 128 printable ASCII characters without spaces."
        case .idempotencyConflict: "Repeat the first request unchanged, or take a new key for this one."
        case .unauthenticated: "Send Authorization: Bearer followed by the secret."
        case .credentialRevoked: "Ask the operator for another credential."
        case .communicationEnded, .communicationExpired, .scriptsExhausted: "Begin another communication."
        case .scriptExecuting, .unknownOutcome, .unfinished: "Repeat the request with the same Idempotency-Key."
        case .unreachable: "Nothing was executed; try again later."
        case .scriptTooLarge: "Cut the script, or begin another communication for the rest."
        case .unknownSession: "Open another session."
        case .tooManySessions, .shuttingDown: "Try again later."
        case .internal: "Give the reference to the operator."
        case .assertionRefused: "Ask the wallet for another assertion."
        case .notRecognized: "Verify the cardholder first."
        case .freshAuthenticationRequired: "Send the password to /wallet/v1/reauthentications first."
        case .tooManyTries: "Wait as long as Retry-After says."
        case .unknownIssuer: "Check the card's number."
        case .issuerRefused: "Speak to the card's issuer."
        case .secureElementFull: "Take a card off this device first."
        case .insufficientFunds: "Put money on the account first."
        case .secureElementMismatch: "Check the device's telephone number with its network."
        case .bodyTooLarge, .forbidden, .notFound, .mismatch, .ineligible, .duplicate, .wrongState, .limitReached,
            .commandRefused, .cardRefused, .cardMisbehaved, .noCommonOption, .credentialsRefused, .tagRefused,
            .noReward:
            nil
        }
    }

    /// Seconds after which a repetition may succeed: the value of `Retry-After`.
    public var retryAfterSeconds: Int? {
        switch self {
        case .unknownOutcome, .unfinished: 1
        case .unreachable, .shuttingDown: 5
        case .tooManySessions: 30
        default: nil
        }
    }
}
