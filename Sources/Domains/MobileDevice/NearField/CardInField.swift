public import EMV
public import ISO7816

/// A plastic card that is held to the device: its number and expiry are read as a terminal would, and nothing is paid.
///
/// The applications of the card are tried in the order of their priority. The amount is zero, and a cryptogram that the
/// card may answer with is let go of.
public struct CardInField: Sendable {
    private let channel: any CardChannel

    /// Records that are read, at most.
    static let recordsMax = 64

    /// - Parameter channel: the way from the device as a reader to the card.
    public init(_ channel: any CardChannel) { self.channel = channel }

    public func read() async throws(CardInFieldError) -> CapturedCard {
        let answer = try await send(.selectPaymentApplication(PaymentDirectory.name))
        for entry in try Self.reading({ () throws(CardAnswerError) in try PaymentDirectory(answer: answer) }).byPriority
        {
            do throws(CardInFieldError) {
                return try await read(entry.application)
            } catch .refused {
                continue
            }
        }
        throw .noApplication
    }

    private func read(_ application: AID) async throws(CardInFieldError) -> CapturedCard {
        let answer = try await send(.selectPaymentApplication(application))
        let selected = try Self.reading { () throws(CardAnswerError) in try SelectedApplication(answer: answer) }
        let options = try await send(selected.getProcessingOptions(Self.objects))
        var card = CardData()
        let records = try Self.reading { () throws(CardAnswerError) in
            try card.add(try CardAnswer.objects(in: options, format1: CardAnswer.processingOptions))
            return try card.recordsToRead()
        }
        for record in records.prefix(Self.recordsMax) where record.file <= 10 {
            let data = try await send(record.command)
            try Self.reading { () throws(CardAnswerError) in try card.addRecord(data) }
        }
        let account = try Self.reading { () throws(CardAnswerError) in try card.account() }
        let name = card[.cardholderName].map { String(decoding: $0, as: UTF8.self) }
        return CapturedCard(
            number: account.number, expiry: account.expiry,
            cardholderName: name.map { $0.trimmingSuffix { $0 == " " || $0 == "/" } }, confidence: 1)
    }

    /// EMV mode, online; everything else is zero.
    private static let objects: [BERTag: [UInt8]] = [.terminalTransactionQualifiers: [0x20, 0x80, 0x00, 0x00]]

    private func send(_ command: CommandAPDU) async throws(CardInFieldError) -> [UInt8] {
        let response: ResponseAPDU
        do { response = try await channel.transmitCollecting(command) } catch { throw .removed(error) }
        guard response.statusWord == .success else { throw .refused(response.statusWord) }
        return response.data
    }

    private static func reading<Value>(
        _ body: () throws(CardAnswerError) -> Value
    ) throws(CardInFieldError) -> Value {
        do { return try body() } catch { throw .malformed(error) }
    }
}

/// Why a card that was held to the device could not be read.
public enum CardInFieldError: Error, Equatable, Sendable, CustomStringConvertible {
    case removed(CardUnreachable)
    case refused(StatusWord)
    case malformed(CardAnswerError)
    case noApplication

    public var description: String {
        switch self {
        case .removed(let error): "the card was removed: \(error.reason)"
        case .refused(let status): "the card answered \(status)"
        case .malformed(let error): "the card's answer cannot be used: \(error)"
        case .noApplication: "the card has no application to pay with"
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
