import CardCryptography
import ISO7816
import ISO8583
public import Wallet

/// A wallet's way to an issuer that takes payments over a line of ISO 8583: 0200 with the token service's assertion in the
/// private data, 0400 to undo it. Everything about cards and users goes the other way, over HTTP.
///
/// Fields 7, 11, 32 and 41, which are a transaction's name on a line, follow from the wallet's name of it and the moment when
/// it was begun: every attempt, also after a restart, is the same message to the issuer.
public struct ISO8583TokenConnection: IssuerConnection {
    private let line: IssuerLine
    private let institution: String
    private let others: any IssuerConnection
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - institution: field 32, one to eleven digits: whom the issuer knows the wallet as on this line.
    ///   - others: for everything that is no payment.
    /// - Throws: `FieldValueError` for an institution that is none.
    public init(
        line: IssuerLine, institution: String, others: any IssuerConnection, now: @escaping @Sendable () -> Int64
    ) throws {
        var probe = Message(.financialRequest)
        try probe.set(.acquiringInstitution, institution)
        self.line = line
        self.institution = institution
        self.others = others
        self.now = now
    }

    // MARK: - Payments

    public func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer {
        let answer = try await ask { try financialRequest(request) }
        guard answer.amount ?? request.amount == request.amount else {
            throw .unsettled(detail: "the issuer answered about another amount")
        }
        guard let code = answer.responseCode, !code.leavesOpen else {
            throw .unsettled(detail: "the issuer answered \(answer.responseCode?.rawValue ?? "without field 39")")
        }
        switch code {
        case .approved:
            guard let authorization = answer[.authorizationCode] else {
                throw .unsettled(detail: "the issuer approved without field 38")
            }
            return .approved(code: authorization)
        // It was not looked at as a payment.
        case .formatError, .duplicateTransmission:
            throw .refused(code: code.rawValue, detail: "the issuer answered \(code)")
        default: return .declined(actionCode: code.rawValue)
        }
    }

    /// Over a line the issuer says that nothing of it is left, not what it found.
    public func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        let answer = try await ask { try reversalRequest(TransactionNumbers(transaction, begunAt: begunAt)) }
        guard answer.responseCode == .approved else {
            throw .unsettled(detail: "the issuer answered \(answer.responseCode?.rawValue ?? "without field 39")")
        }
        return .reversed
    }

    private func ask(_ make: () throws -> Message) async throws(IssuerConnectionError) -> Message {
        let message: Message
        do { message = try make() } catch { throw .refused(code: "iso8583", detail: "\(error)") }
        do throws(IssuerLineError) {
            return try await line.request(message)
        } catch {
            throw .unsettled(detail: "\(error)")
        }
    }

    private func financialRequest(_ request: IssuerAuthorizationRequest) throws -> Message {
        let numbers = TransactionNumbers(request.transaction, begunAt: request.begunAt)
        var message = try common(.financialRequest, numbers, at: request.begunAt)
        try message.set(.processingCode, "000000")
        try message.set(amount: request.amount)
        try message.set(.pointOfServiceEntryMode, PointOfServiceEntryMode(request.function).rawValue)
        try message.set(.pointOfServiceConditionCode, "00")
        try message.set(.cardAcceptor, padding: CardAcceptorName.shown(request.merchant))
        try message.set(currency: request.currency)
        try message.set(authorizationAssertion: request.assertion)
        return message
    }

    private func reversalRequest(_ numbers: TransactionNumbers) throws -> Message {
        var message = try common(.reversalRequest, numbers, at: now())
        try message.set(.responseCode, ResponseCode.responseTooLate.rawValue)
        let original = OriginalData(
            messageType: .financialRequest, systemTraceAuditNumber: numbers.trace,
            transmissionTime: TransmissionTime(secondsSince1970: numbers.begunAt), acquiringInstitution: institution)
        try message.set(.originalData, original.text)
        return message
    }

    private func common(_ type: MessageType, _ numbers: TransactionNumbers, at time: Int64) throws -> Message {
        var message = Message(type)
        try message.set(.transmissionTime, TransmissionTime(secondsSince1970: time).text)
        try message.set(systemTraceAuditNumber: numbers.trace)
        try message.set(.acquiringInstitution, institution)
        try message.set(.terminal, numbers.terminal)
        return message
    }

    // MARK: - Everything else

    public func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { try await others.verify(request, key: key) }

    public func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        try await others.confirm(verification: verification, oneTimePassword: oneTimePassword, key: key)
    }

    public func bind(
        _ request: IssuerBindingRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerBinding { try await others.bind(request, key: key) }

    public func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {
        try await others.unbind(request, key: key)
    }
}

/// Fields 11 and 41 of a wallet's transaction: what its name, of up to 97 characters, becomes where there is room for
/// fourteen.
struct TransactionNumbers: Hashable {
    /// 1 to 999 999.
    let trace: Int
    /// Eight characters.
    let terminal: String
    let begunAt: Int64

    init(_ transaction: String, begunAt: Int64) {
        let digest = Digest.hash(Array(transaction.utf8))
        terminal = digest.prefix(4).hex
        trace = Int(digest[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % 999_999) + 1
        self.begunAt = begunAt
    }
}
