import CardCryptography
import EMV
import ISO4217
import ISO7816
import ISO8583
public import Payments

/// The payment server's way to an issuer over a line of ISO 8583: 0200 for money, 0400 and 0401 to undo it.
public struct ISO8583IssuerLeg: IssuerLeg {
    private let line: IssuerLine
    private let institution: String

    /// - Parameter institution: field 32, one to eleven digits.
    /// - Throws: `FieldValueError` for anything else.
    public init(line: IssuerLine, institution: String) throws {
        var probe = Message(.financialRequest)
        try probe.set(.acquiringInstitution, institution)
        self.line = line
        self.institution = institution
    }

    public func authorize(_ request: LegRequest) async -> LegAnswer {
        let message: Message
        do {
            message = try financialRequest(request)
        } catch {
            return .notSent(reason: "\(error)")
        }
        do throws(IssuerLineError) {
            return Self.answer(try await line.request(message), to: message)
        } catch {
            return error.mayHaveArrived ? .unknown(reason: "\(error)") : .notSent(reason: "\(error)")
        }
    }

    public func reverse(_ reversal: LegReversal) async -> Bool {
        guard let message = try? reversalRequest(reversal), let answer = try? await line.request(message) else {
            return false
        }
        return answer.responseCode == .approved
    }

    public func state() async -> LegState {
        let state = await line.state
        return LegState(
            upSince: state.signedOnAt, isEncrypted: state.isEncrypted, lastEchoAt: state.lastEchoAt,
            lastHeardAt: state.lastHeardAt, waiting: state.waiting)
    }

    // MARK: - Answers

    /// An answer that does not say what was asked for is none.
    static func answer(_ answer: Message, to request: Message) -> LegAnswer {
        guard let code = answer.responseCode, !code.leavesOpen else {
            return .unknown(reason: "the issuer answered \(answer.responseCode?.rawValue ?? "without field 39")")
        }
        if let amount = answer.amount, amount != request.amount {
            return .unknown(reason: "the issuer answered about another amount")
        }
        let chipData = answer.bytes(.chipData).flatMap { try? BERTLV.sequence($0) }
        let proof = chipData?[.issuerAuthenticationData]
        guard code == .approved else { return .declined(code: code.rawValue, proof: proof) }
        return .approved(code: answer[.authorizationCode] ?? "", proof: proof)
    }

    // MARK: - Requests

    private func financialRequest(_ request: LegRequest) throws -> Message {
        var message = try common(
            .financialRequest, request.numbers, request.terminal, request.merchantName, request.amount)
        let time = TransmissionTime(secondsSince1970: request.numbers.sentAt)
        try message.set(.primaryAccountNumber, request.number.revealed())
        try message.set(.localTime, time.time)
        try message.set(.localDate, time.date)
        try message.set(.pointOfServiceEntryMode, PointOfServiceEntryMode.contactlessChip.rawValue)
        try message.set(.cardSequenceNumber, Self.digits(request.sequenceNumber, 3))
        try message.set(.pointOfServiceConditionCode, "00")
        if let track2 = request.track2 {
            try message.set(.expirationDate, track2.expiry.trackText)
            let text = Self.text(of: track2)
            // Tag 57 has room for one digit more than field 35: the chip's data say the same without it.
            if text.utf8.count <= DataElement.track2.format.length.max { try message.set(.track2, text) }
        }
        try message.set(.chipData, bytes: request.chipData.revealed())
        return message
    }

    private func reversalRequest(_ reversal: LegReversal) throws -> Message {
        var message = try common(
            reversal.isRepeat ? .reversalRepeat : .reversalRequest, reversal.numbers, reversal.terminal,
            reversal.merchantName, reversal.amount)
        try message.set(.responseCode, ResponseCode.responseTooLate.rawValue)
        let original = OriginalData(
            messageType: .financialRequest, systemTraceAuditNumber: reversal.original.trace,
            transmissionTime: TransmissionTime(secondsSince1970: reversal.original.sentAt),
            acquiringInstitution: institution)
        try message.set(.originalData, original.text)
        return message
    }

    private func common(
        _ type: MessageType, _ numbers: LegNumbers, _ terminal: PartyName, _ merchantName: String, _ amount: Money
    ) throws -> Message {
        var message = Message(type)
        try message.set(.processingCode, "000000")
        try message.set(amount: amount.minorUnits)
        try message.set(.transmissionTime, TransmissionTime(secondsSince1970: numbers.sentAt).text)
        try message.set(systemTraceAuditNumber: numbers.trace)
        try message.set(.acquiringInstitution, institution)
        try message.set(.terminal, Self.code(of: terminal))
        try message.set(.cardAcceptor, padding: CardAcceptorName.shown(merchantName))
        try message.set(currency: amount.currency.numeric)
        return message
    }

    /// Field 41 has eight characters, a terminal's name up to 32: their digest stands for it.
    static func code(of terminal: PartyName) -> String { Digest.hash(Array(terminal.value.utf8)).prefix(4).hex }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }

    /// `number=YYMM…`
    private static func text(of track2: Track2EquivalentData) -> String {
        track2.number.revealed() + "=" + track2.expiry.trackText + track2.serviceCode
            + track2.revealedDiscretionaryData()
    }
}
