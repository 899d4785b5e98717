public import CardCryptography
public import GlobalPlatform
public import ISO7816

/// Who approves of the content management of delegated Security Domains: adds a token to every command that takes one.
/// A signing service, or a key at hand. GPC v2.3.1 §9.1.3.1.
public protocol TokenIssuer: Sendable {
    /// The command with a token.
    ///
    /// - Throws: ``CardKeysUnavailable``.
    func approved(_ command: TokenBearingCommand) async throws(CardKeysUnavailable) -> CommandAPDU
}

/// Signs tokens with a key at hand, and numbers them.
public actor KeyTokenIssuer: TokenIssuer {
    private let key: SignatureKey
    private let reference: TokenControlReference?

    /// The number of the next token; to be kept for the next session, because a card takes no number twice.
    public private(set) var nextNumber: UInt64?

    /// - Parameters:
    ///   - reference: what each token says it is for; its number is the first token's, and rises with each. `nil` leaves
    ///     the command as it is.
    public init(key: SignatureKey, reference: TokenControlReference? = nil) {
        self.key = key
        self.reference = reference
        nextNumber = reference?.number
    }

    public func approved(_ command: TokenBearingCommand) throws(CardKeysUnavailable) -> CommandAPDU {
        var command = command
        if var reference {
            reference.number = nextNumber
            command = command.referring(to: reference)
            if let nextNumber {
                guard nextNumber < .max else { throw CardKeysUnavailable(reason: "the numbers of tokens are used up") }
                self.nextNumber = nextNumber + 1
            }
        }
        return command.command(token: key.signature(over: command.signedData))
    }
}

/// Tokens of single commands, signed and checked without a card.
public enum ContentToken {
    /// The command with a token, `INSTALL` or `DELETE` of an object.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)`` for a command that takes no token.
    public static func signed(
        _ command: CommandAPDU, by key: SignatureKey, reference: TokenControlReference? = nil
    ) throws(CardManagementError) -> CommandAPDU {
        var bearing = try bearing(command)
        if let reference { bearing = bearing.referring(to: reference) }
        return bearing.command(token: key.signature(over: bearing.signedData))
    }

    /// Whether the command's token is this key's.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)`` for a command that takes no token, or has none.
    public static func isValid(
        _ command: CommandAPDU, for key: VerificationKey
    ) throws(CardManagementError) -> Bool {
        let bearing = try bearing(command)
        guard !bearing.token.isEmpty else { throw .notAllowed("the command has no token") }
        return key.isValid(bearing.token, over: bearing.signedData)
    }

    private static func bearing(_ command: CommandAPDU) throws(CardManagementError) -> TokenBearingCommand {
        do { return try TokenBearingCommand(command) } catch { throw .notAllowed("\(error)") }
    }

    /// The command apart from its token, when it takes one and has none yet.
    static func missing(in command: CommandAPDU) -> TokenBearingCommand? {
        guard let bearing = try? TokenBearingCommand(command), bearing.token.isEmpty else { return nil }
        return bearing
    }
}
