public import CardCryptography
public import ElectronicPurse
public import ISO4217

/// The payment server as a device sees it that loads purses: `/pay/v1/purse-loads`.
public protocol PurseLoadService: Sendable {
    /// Makes a load, for the payer to confirm and the card to begin. The same key gets the same load.
    func makeLoad(
        of amount: Money, onto card: PurseSerial, key: String
    ) async throws(PaymentServiceError) -> PurseLoading

    func load(_ name: String) async throws(PaymentServiceError) -> PurseLoading

    /// What the card that is there has to be told. The load is the key: with the card begun anew it is asked again.
    ///
    /// - Parameters:
    ///   - confirmation: a `PayerConfirmation` in compact form; not needed for a load that is ordered.
    ///   - pin: the payment PIN, where the device has not verified its user.
    func credit(
        _ load: String, confirmation: String?, pin: SecretBytes?, contact: PurseContact
    ) async throws(PaymentServiceError) -> LoadStep

    /// The card has loaded itself. The load is the key.
    func prove(_ load: String, tac: PurseMAC) async throws(PaymentServiceError) -> PurseLoading

    /// Gives a load up; with the card, when it may have been told of it.
    func cancel(_ load: String, begun: InitializedLoad?) async throws(PaymentServiceError) -> PurseLoading
}

/// A load, as the payment server has it.
public struct PurseLoading: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable { case open, ordered, loaded, cancelled, expired }

    public var name: String
    public var card: PurseSerial
    public var amount: Money
    public var terminal: PurseTerminalNumber
    /// What its payer is shown and confirms.
    public var shown: String
    public var state: State

    public init(
        name: String, card: PurseSerial, amount: Money, terminal: PurseTerminalNumber, shown: String, state: State
    ) {
        self.name = name
        self.card = card
        self.amount = amount
        self.terminal = terminal
        self.shown = shown
        self.state = state
    }
}
