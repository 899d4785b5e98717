import EMV
import ISO7816
public import ISO8583
public import Issuing

/// The issuer's door for acquirers: requests of ISO 8583 as what the issuer does, and its answers as field 39.
///
/// The issuer keeps what it answered under the name that fields 7, 11, 32 and 41 make: a request that comes twice is done
/// once and answered alike, also after a restart.
public struct AcquirerDoor: Sendable {
    private let issuer: CardIssuer
    private let clock: any IssuerClock

    public init(issuer: CardIssuer, clock: any IssuerClock) {
        self.issuer = issuer
        self.clock = clock
    }

    /// - Returns: `nil` when the issuer cannot tell what became of the request: the acquirer reverses it.
    public func answer(_ request: Message) async -> Message? {
        do throws(AcquirerRefusal) {
            switch request.type.withoutRepeat {
            case .networkManagementRequest:
                return try answered { () throws(FieldValueError) in try request.networkAnswer() }
            case .authorizationRequest, .financialRequest: return try await authorize(request)
            case .reversalRequest, .reversalAdvice: return try await reverse(request)
            default: throw .code(.invalidTransaction)
            }
        } catch {
            guard case .code(let code) = error else { return nil }
            return try? request.answer(code)
        }
    }

    // MARK: - Authorization

    private func authorize(_ request: Message) async throws(AcquirerRefusal) -> Message? {
        if let assertion = try request.authorizationAssertion() {
            return try await authorize(request, assertion: assertion)
        }
        let chip = try chipRequest(request)
        let institution = try text(request, .acquiringInstitution)
        let decision: ChipAuthorizationAnswer
        do {
            decision = try await issuer.authorize(chip, requester(institution))
        } catch {
            throw AcquirerRefusal(error)
        }
        return try answered { () throws(FieldValueError) in try answer(request, decision) }
    }

    /// A wallet's token: no card number comes over the line, and no chip's data.
    private func authorize(_ request: Message, assertion: String) async throws(AcquirerRefusal) -> Message? {
        let forwarded = try forwardedRequest(request, assertion: assertion)
        let institution = try text(request, .acquiringInstitution)
        let shown = try text(request, .cardAcceptor)
        let decision: AuthorizationAnswer
        do {
            decision = try await issuer.authorize(forwarded, requester(institution)) {
                CardAcceptorName.shown($0).trimmingSpacesBehind == shown
            }
        } catch {
            throw AcquirerRefusal(error)
        }
        return try answered { () throws(FieldValueError) in
            try answer(request, ChipAuthorizationAnswer(answer: decision, issuerAuthenticationData: nil))
        }
    }

    private func forwardedRequest(
        _ request: Message, assertion: String
    ) throws(AcquirerRefusal) -> ForwardedTokenRequest {
        guard try text(request, .processingCode).hasPrefix("00") else { throw .code(.invalidTransaction) }
        guard !request.has(.primaryAccountNumber), !request.has(.track2), !request.has(.chipData),
            let function = request[.pointOfServiceEntryMode].flatMap(PointOfServiceEntryMode.init(rawValue:)).flatMap({
                TokenFunction($0)
            }), let amount = request.amount, let currency = request.currency
        else { throw .code(.formatError) }
        let name = try TransactionKey(request, near: clock.now()).name
        do {
            return try ForwardedTokenRequest(
                transaction: name, function: function, amount: amount, currency: currency, assertion: assertion)
        } catch {
            throw AcquirerRefusal(error)
        }
    }

    private func answer(_ request: Message, _ decision: ChipAuthorizationAnswer) throws(FieldValueError) -> Message? {
        let code: ResponseCode
        var authorizationCode: String?
        switch decision.answer {
        case .approved(let given): (code, authorizationCode) = (.approved, given)
        case .declined(let reason): code = ResponseCode(rawValue: reason.rawValue)
        }
        guard var answer = try request.answer(code) else { return nil }
        if let authorizationCode { try answer.set(.authorizationCode, authorizationCode) }
        if let proof = decision.issuerAuthenticationData {
            try answer.set(.chipData, bytes: BERTLV(.issuerAuthenticationData, proof).bytes)
        }
        return answer
    }

    private func chipRequest(_ request: Message) throws(AcquirerRefusal) -> ChipAuthorizationRequest {
        // Goods and services, from whichever account to whichever.
        guard try text(request, .processingCode).hasPrefix("00") else { throw .code(.invalidTransaction) }
        let name = try TransactionKey(request, near: clock.now()).name
        let digits = try text(request, .primaryAccountNumber)
        guard let number = try? PrimaryAccountNumber(digits) else { throw .code(.invalidCardNumber) }
        if let track = request[.track2], !track.hasPrefix(digits + "=") { throw .code(.formatError) }
        guard let amount = request.amount, let currency = request.currency,
            let sequenceNumber = request.number(.cardSequenceNumber).flatMap({ UInt8(exactly: $0) }),
            let chipData = request.bytes(.chipData)
        else { throw .code(.formatError) }
        let merchant = try text(request, .cardAcceptor)
        do {
            return try ChipAuthorizationRequest(
                transaction: name, number: number, sequenceNumber: sequenceNumber, amount: amount, currency: currency,
                merchant: merchant, chipData: chipData)
        } catch {
            throw AcquirerRefusal(error)
        }
    }

    // MARK: - Reversal

    /// Whatever the reversal found, the money is where it was before: now, since earlier, or because what has not come
    /// will be declined.
    private func reverse(_ request: Message) async throws(AcquirerRefusal) -> Message? {
        guard let original = request.originalData else { throw .code(.formatError) }
        let institution = try text(request, .acquiringInstitution)
        guard original.acquiringInstitution == institution.drop(while: { $0 == "0" }) else {
            throw .code(.formatError)
        }
        let name = try TransactionKey(
            time: original.transmissionTime, number: original.systemTraceAuditNumber,
            terminal: text(request, .terminal), near: clock.now()
        ).name
        do {
            _ = try await issuer.reverse(name, requester(institution))
        } catch {
            throw AcquirerRefusal(error)
        }
        return try answered { () throws(FieldValueError) in try request.answer(.approved) }
    }

    // MARK: - Fields

    private func requester(_ institution: String) -> IssuerRequester {
        IssuerRequester(.acquirer(institution: institution), idempotencyKey: nil)
    }

    /// Without the spaces behind.
    private func text(_ request: Message, _ element: DataElement) throws(AcquirerRefusal) -> String {
        guard let text = request[element] else { throw .code(.formatError) }
        return text.trimmingSpacesBehind
    }

    private func answered(
        _ make: () throws(FieldValueError) -> Message?
    ) throws(AcquirerRefusal) -> Message? {
        do { return try make() } catch { throw .unknown(reason: "\(error)") }
    }
}
