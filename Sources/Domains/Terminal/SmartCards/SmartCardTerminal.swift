public import ISO4217
public import ISO7816
import Instructions
public import JOSE
import SmartCardVerification

/// A terminal at which smart cards pay that the payment server verifies in two stages.
///
///     let prepared = try await terminal.prepare("txn-0001", amount, with: card, at: now)
///     // kept until there is an answer
///     let answer = try await terminal.submit(prepared)
public struct SmartCardTerminal: Sendable {
    /// The terminal's name at the payment server.
    public let name: String
    /// The payment server's name.
    public let paymentServer: String
    /// The application that it looks for on a card.
    public let application: AID
    private let key: NamedPrivateKey
    private let server: any SmartCardServer

    /// How long a signed transaction is good for.
    static let statementSeconds: Int64 = 60

    /// - Parameter key: on P-256, registered at the payment server.
    public init(
        name: String, paymentServer: String, application: AID, key: NamedPrivateKey, server: any SmartCardServer
    ) {
        self.name = name
        self.paymentServer = paymentServer
        self.application = application
        self.key = key
        self.server = server
    }

    /// Reads the card, asks for a challenge, lets the card answer it, and signs all of it. Nothing is paid yet.
    ///
    /// - Parameters:
    ///   - transaction: the terminal's own name of it, 1 to 64 visible ASCII characters, never used again.
    ///   - now: seconds since 1970.
    /// - Throws: ``SmartCardTerminalError``.
    public func prepare(
        _ transaction: String, _ amount: Money, with card: any CardChannel, at now: Int64
    ) async throws(SmartCardTerminalError) -> PreparedCardTransaction {
        let terms = try verified { () throws(SmartCardError) in
            try CardTransactionTerms(
                terminal: name, transaction: transaction, amount: amount.minorUnits, currency: amount.currency.code)
        }
        _ = try await send(SmartCardCommand.select(application), to: card, .select)
        let identification = try await identification(of: card)
        let file = try await dataFile(of: card)
        let request = CardChallengeRequest(
            iss: name, aud: paymentServer, jti: transaction, iat: now, exp: now + Self.statementSeconds,
            card: identification.text, amount: amount.minorUnits, currency: amount.currency)
        let issued: IssuedCardChallenge
        do { issued = try await server.challenge(try signed(request)) } catch let error as SmartCardServerError {
            throw .server(error)
        } catch {
            throw .transaction("\(error)")
        }
        let challenge = try verified { () throws(SmartCardError) in
            try SmartCardChallenge(nonce: issued.nonce, terms: terms)
        }
        let answer = try await send(SmartCardCommand.internalAuthenticate(challenge), to: card, .authenticate)
        let response = try verified { () throws(SmartCardError) in try SmartCardResponse(answer) }
        let statement = CardTransaction(
            iss: name, aud: paymentServer, jti: transaction, iat: now, exp: now + Self.statementSeconds,
            card: identification.text, encryptedData: Base64URL.encode(file.bytes), challenge: issued.name,
            response: Base64URL.encode(response.bytes), amount: amount.minorUnits, currency: amount.currency)
        return PreparedCardTransaction(transaction: transaction, statement: try signed(statement))
    }

    /// Hands a transaction in. After ``SmartCardServerError/unsettled(detail:)`` the same one is handed in again: it is
    /// done once.
    public func submit(
        _ prepared: PreparedCardTransaction
    ) async throws(SmartCardTerminalError) -> CardTransactionAnswer {
        do { return try await server.process(prepared.statement) } catch { throw .server(error) }
    }
}

// MARK: - The card

extension SmartCardTerminal {
    private func identification(
        of card: any CardChannel
    ) async throws(SmartCardTerminalError) -> SmartCardIdentification {
        let answer = try await send(SmartCardCommand.getIdentification, to: card, .identification)
        return try verified { () throws(SmartCardError) in try SmartCardCommand.identification(in: answer) }
    }

    private func dataFile(of card: any CardChannel) async throws(SmartCardTerminalError) -> EncryptedCardData {
        let answer = try await send(SmartCardCommand.getDataFile, to: card, .dataFile)
        return try verified { () throws(SmartCardError) in try SmartCardCommand.dataFile(in: answer) }
    }

    private func send(
        _ command: CommandAPDU, to card: any CardChannel, _ stage: SmartCardTerminalError.Stage
    ) async throws(SmartCardTerminalError) -> [UInt8] {
        let response: ResponseAPDU
        do { response = try await card.transmitCollecting(command) } catch { throw .cardRemoved(error) }
        guard response.statusWord == .success else { throw .cardRefused(stage, response.statusWord) }
        return response.data
    }

    private func verified<Value>(
        _ read: () throws(SmartCardError) -> Value
    ) throws(SmartCardTerminalError) -> Value {
        do { return try read() } catch {
            switch error {
            case .name, .amount: throw .transaction(error.description)
            default: throw .malformed(error.description)
            }
        }
    }

    private func signed(_ statement: some Statement) throws(SmartCardTerminalError) -> String {
        do { return try statement.signed(with: key) } catch { throw .transaction("\(error)") }
    }
}

/// A transaction that card and terminal have signed and the server has not answered yet: what a terminal keeps meanwhile.
public struct PreparedCardTransaction: Hashable, Sendable, Codable {
    public let transaction: String
    /// A signed `CardTransaction`.
    public let statement: String

    public init(transaction: String, statement: String) {
        self.transaction = transaction
        self.statement = statement
    }
}

/// Why a terminal could not do a transaction with a smart card.
public enum SmartCardTerminalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The card left the field: nothing was paid.
    case cardRemoved(CardUnreachable)
    case cardRefused(Stage, StatusWord)
    /// An answer of the card or the server cannot be used.
    case malformed(String)
    /// What the merchant entered.
    case transaction(String)
    case server(SmartCardServerError)

    /// Where in a transaction.
    public enum Stage: String, Hashable, Sendable {
        case select = "selecting the application"
        case identification = "reading the identification"
        case dataFile = "reading the encrypted data"
        case authenticate = "answering the challenge"
    }

    public var description: String {
        switch self {
        case .cardRemoved(let error): "the card was removed: \(error.reason)"
        case .cardRefused(let stage, let status): "the card answered \(status) to \(stage.rawValue)"
        case .malformed(let reason): reason
        case .transaction(let reason): reason
        case .server(let error): error.description
        }
    }
}
