extension WalletPhone {
    /// From now on terminals reach this card.
    public func choose(_ card: DeviceCard) async throws(WalletPhoneError) {
        try await requireUnlocked()
        guard card.functions.contains(.nfc) else { throw .noSuchCard }
        do { try await secureElement.choose(card.reference, type: card.type) } catch { throw .secureElement(error) }
    }

    /// The owner confirms the next payment at a terminal on the device, instead of a PIN there.
    public func confirmNextPayment(with card: DeviceCard) async throws(WalletPhoneError) {
        guard await confirmation.confirm("Pay with \(card.label)") else { throw .notConfirmed }
        do { try await secureElement.confirmConsumer(type: card.type) } catch { throw .secureElement(error) }
    }

    /// A payment without a terminal: by a code that a merchant scans, or in an application.
    ///
    /// - Parameters:
    ///   - amount: in minor units; 0 for a code that leaves the amount to the merchant.
    ///   - now: seconds since 1970. A code holds for a minute from then, and once.
    public func pay(
        _ function: CardFunction, amount: UInt64, currency: Int, country: Int, with card: DeviceCard, at now: Int64
    ) async throws(WalletPhoneError) -> RemoteCryptogram {
        try await requireUnlocked()
        guard card.functions.contains(function) else { throw .noSuchCard }
        guard
            let purchase = RemotePurchase(
                function, amount: amount, currency: currency, country: country, at: now, random: random)
        else { throw .purchase }
        guard await confirmation.confirm("Pay with \(card.label)") else { throw .notConfirmed }
        do {
            return try await secureElement.generateCryptogram(
                purchase, with: card.reference, type: card.type, isConfirmed: true)
        } catch {
            throw .secureElement(error)
        }
    }
}
