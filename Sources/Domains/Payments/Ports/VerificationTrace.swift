public import SmartCardVerification

/// What a verification of a smart card did, as it does it: for metrics, and for tests of the order of steps.
public protocol VerificationTrace: Sendable {
    func record(_ step: VerificationStep)
}

/// One step in a card's verification.
public enum VerificationStep: Hashable, Sendable {
    /// Whether the card has the key that is stored for it was found out.
    case first(SmartCardIdentification, passed: Bool)
    /// Whether its data is what is stored for the account was found out.
    case second(SmartCardIdentification, passed: Bool)
}

/// Records nothing.
public struct NoVerificationTrace: VerificationTrace {
    public init() {}

    public func record(_ step: VerificationStep) {}
}
