public import EMV

/// Where card numbers are sealed for storage. What is stored beside the sealed number tells nothing of it.
public protocol CardNumberVault: Sendable {
    /// The number, sealed for one card and no other.
    func seal(_ number: PrimaryAccountNumber, of card: CardReference) async throws(WalletVaultError) -> [UInt8]

    /// - Throws: ``WalletVaultError/notOpened`` for what was not sealed here for this card.
    func open(_ sealed: [UInt8], of card: CardReference) async throws(WalletVaultError) -> PrimaryAccountNumber

    /// The same number sealed anew under the newest key; `nil` when it is under that one already.
    func resealed(_ sealed: [UInt8], of card: CardReference) async throws(WalletVaultError) -> [UInt8]?

    /// 32 bytes that a number is found by: HMAC-SHA256 under a key that never changes.
    func lookupTag(of number: PrimaryAccountNumber) async throws(WalletVaultError) -> [UInt8]

    /// One for every number, always the same.
    func accountReference(
        of number: PrimaryAccountNumber
    ) async throws(WalletVaultError) -> PaymentAccountReference
}

/// Seals what is kept of answers.
public protocol AnswerVault: Sendable {
    /// - Parameter name: what it is the answer to; only under the same name it opens.
    func seal(answer: [UInt8], name: String) async throws(WalletVaultError) -> [UInt8]

    /// - Throws: ``WalletVaultError/notOpened``.
    func open(answer sealed: [UInt8], name: String) async throws(WalletVaultError) -> [UInt8]
}

/// Why the vault could not do it.
public enum WalletVaultError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not sealed here, not for this, or altered since.
    case notOpened
    /// Something asked for cannot be; the text names it.
    case invalid(String)
    /// The vault failed; the text is for the log.
    case failed(String)

    public var description: String {
        switch self {
        case .notOpened: "the sealed data cannot be opened"
        case .invalid(let reason), .failed(let reason): reason
        }
    }
}
