import EMV
import ISO7816

/// What a merchant's scanner read from a consumer's device, or a page was given by it. EMV QRCPS, consumer-presented mode.
///
/// The device was the terminal: amounts, date and unpredictable number are the code's own. A code that leaves the amount
/// open takes the merchant's; the token service tells how old it is and whether it was shown before.
public struct ScannedCode: Sendable {
    private let code: ConsumerPresentedCode

    /// - Throws: ``TerminalError/code(_:)``.
    public init(_ text: String) throws(TerminalError) {
        do { code = try ConsumerPresentedCode(text: text) } catch { throw .code("\(error)") }
    }

    /// The authorization data for a transaction.
    ///
    /// - Parameter entry: how the text came: ``AuthorizationData/Entry/code`` or ``AuthorizationData/Entry/remote``.
    /// - Throws: ``TerminalError``; also when the code is for another amount or currency.
    public func authorizationData(
        for transaction: TerminalData, _ profile: TerminalProfile, entry: AuthorizationData.Entry = .code
    ) throws(TerminalError) -> AuthorizationData {
        guard let application = code.applications.first(where: { profile.accepts($0.identifier) }) else {
            throw .noApplication
        }
        let objects = code.dataObjects(of: application)
        let data: AuthorizationData
        do {
            var card = CardData()
            try card.add(objects.map { BERTLV($0.key, $0.value) })
            data = try AuthorizationData(
                entry, application: application.identifier,
                label: objects[.applicationLabel].map { String(decoding: $0, as: UTF8.self) }, card: card,
                terminal: [:], transaction: transaction)
        } catch {
            throw .code("\(error)")
        }
        try check(data, transaction, entry)
        return data
    }

    private func check(
        _ data: AuthorizationData, _ transaction: TerminalData, _ entry: AuthorizationData.Entry
    ) throws(TerminalError) {
        guard (1...Self.amountMax).contains(transaction.amount) else {
            throw .transaction("an amount has 1 to 12 digits and is above zero")
        }
        let amount = data.objects[.amountAuthorized].flatMap { BinaryCodedDecimal.number($0) }
        guard amount == transaction.amount || amount == 0 && entry == .code else {
            throw .code("it is for another amount")
        }
        guard
            data.objects[.transactionCurrencyCode].flatMap({ BinaryCodedDecimal.number($0) })
                == UInt64(clamping: transaction.currency)
        else { throw .code("it is for another currency") }
        guard data.type != .decline else { throw .declined }
    }

    /// Twelve digits.
    private static let amountMax: UInt64 = 999_999_999_999
}
