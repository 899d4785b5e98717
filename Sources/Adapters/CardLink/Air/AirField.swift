public import ISO7816
public import MobileDevice
public import TrustedReading

/// The field of a device's NFC controller over nfcpy's UDP air: a trusted reading finds whatever card is on it.
///
/// The air carries type A only; of another technology there is never a card.
public struct AirField: ReaderField {
    private let reader: AirReader

    /// - Parameter reader: nobody else uses it.
    public init(_ reader: AirReader) { self.reader = reader }

    public func activate(_ technology: ReaderTechnology, within limit: Duration) async -> ActivatedCard? {
        guard technology == .typeA else { return nil }
        do throws(CardUnreachable) {
            // A card that is there already begins anew, as in a field that was off.
            try await reader.reset()
            guard let card = try await reader.find(within: limit) else { return nil }
            return ActivatedCard(identifier: card.identifier, answerToSelect: card.answerBytes)
        } catch {
            return nil
        }
    }

    public func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        try await reader.transmit(command)
    }

    public func switchOff() async { try? await reader.reset() }
}
