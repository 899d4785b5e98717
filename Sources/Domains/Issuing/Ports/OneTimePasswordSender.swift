/// The way to a cardholder's telephone.
///
/// A message may be sent twice when it is not known whether it was sent.
public protocol OneTimePasswordSender: Sendable {
    /// - Throws: ``IssuingError/unfinished(reason:)`` when it could not be sent now.
    func send(_ message: OneTimePasswordMessage) async throws(IssuingError)
}

/// A one-time password on its way. It prints as nothing.
public struct OneTimePasswordMessage: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public var verification: VerificationID
    /// `+` and digits.
    public var telephoneNumber: String
    public var oneTimePassword: String
    public var expiresAt: Int64

    public init(verification: VerificationID, telephoneNumber: String, oneTimePassword: String, expiresAt: Int64) {
        self.verification = verification
        self.telephoneNumber = telephoneNumber
        self.oneTimePassword = oneTimePassword
        self.expiresAt = expiresAt
    }

    public var description: String { "‹one-time password of \(verification)›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
