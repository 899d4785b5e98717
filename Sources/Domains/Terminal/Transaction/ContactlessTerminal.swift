public import CardCryptography
import EMV
public import ISO7816

/// A merchant's terminal at which cards and devices are presented.
///
///     let data = try await terminal.pay(1_250 of euros, with: channel, at: now)
public struct ContactlessTerminal: Sendable {
    public let profile: TerminalProfile
    private let random: any RandomSource

    public init(_ profile: TerminalProfile, random: any RandomSource = SystemRandomSource()) {
        self.profile = profile
        self.random = random
    }

    /// One transaction with the card in the field.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: ``TerminalError``; then nothing was authorized, and the person presents the card again.
    public func pay(
        _ transaction: TerminalData, with card: any CardChannel, at now: Int64
    ) async throws(TerminalError) -> AuthorizationData {
        var conversation = try PaymentConversation(transaction, profile, at: now, random: random)
        var step = conversation.begin()
        while true {
            switch step {
            case .transmit(let command):
                do {
                    step = conversation.received(try await card.transmitCollecting(command))
                } catch {
                    throw .cardRemoved(error)
                }
            case .finished(let data): return data
            case .failed(let error): throw error
            }
        }
    }

    /// One transaction at a terminal with several places for a card.
    ///
    /// - Throws: ``TerminalError/severalCards`` when there is a card at more than one of them.
    public func pay(
        _ transaction: TerminalData, withOneOf places: [any CardChannel], at now: Int64
    ) async throws(TerminalError) -> AuthorizationData {
        var found: (any CardChannel)?
        var failure = CardUnreachable(mayHaveBeenExecuted: false, reason: "there is no card in the field")
        for place in places {
            do {
                _ = try await place.transmit(.selectPaymentApplication(PaymentDirectory.name))
            } catch {
                failure = error
                continue
            }
            guard found == nil else { throw .severalCards }
            found = place
        }
        guard let found else { throw .cardRemoved(failure) }
        return try await pay(transaction, with: found, at: now)
    }
}
