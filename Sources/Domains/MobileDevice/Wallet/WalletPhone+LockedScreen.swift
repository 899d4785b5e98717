public import EMV
public import ISO7816

/// What the first input on a locked screen is (PFA-05): a card that is held to the device, or a picture of one.
public enum CardInput: Sendable {
    case photograph([UInt8])
    /// The device is the reader.
    case card(any CardChannel)
}

/// What the wallet's owner has told the device about itself: a person need not type it on a locked screen.
public struct CardOwner: Sendable, CustomStringConvertible {
    public var name: String
    public var identityNumber: String

    public init(name: String, identityNumber: String) {
        self.name = name
        self.identityNumber = identityNumber
    }

    public var description: String { "‹card owner›" }
}

/// A card that was read and waits for the second input: sent once, and kept nowhere. It shows the masked number only.
public struct CollectedCard: ~Copyable, Sendable {
    /// First six and last four digits: what the person looks at before the second input.
    public let masked: String
    let verification: CardBindingVerification

    /// - Parameter expiry: as the person typed it, where it could not be read.
    init(_ card: CapturedCard, expiry: CardExpiry, owner: CardOwner, telephoneNumber: String) {
        masked = card.number.masked
        verification = CardBindingVerification(
            number: card.number, expiry: expiry, cardholderName: owner.name, identityNumber: owner.identityNumber,
            telephoneNumber: telephoneNumber)
    }
}

extension WalletPhone {
    /// The first input: the screen lights up above the lock, and the card is read. Nothing is sent yet.
    ///
    /// - Parameters:
    ///   - expiry: for cards from which it cannot be read.
    /// - Throws: ``WalletPhoneError/unreadable(_:)`` when another try can help.
    public func collectCard(
        from input: CardInput, owner: CardOwner, expiry: CardExpiry? = nil
    ) async throws(WalletPhoneError) -> CollectedCard {
        if await screen.state == .locked { await screen.wake() }
        // Filled in from the device's own settings, not typed (PHOTO-03).
        guard let telephoneNumber = settings.telephoneNumber else { throw .noTelephoneNumber }
        let card = try await read(input)
        guard let expiry = card.expiry ?? expiry else { throw .unreadable(nil) }
        return CollectedCard(card, expiry: expiry, owner: owner, telephoneNumber: telephoneNumber)
    }

    /// The second input: binding and activation, in one exchange.
    public func bind(
        _ card: consuming CollectedCard, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivationReply {
        // A screen that went dark in between takes the card with it.
        guard await screen.state != .locked else { throw .screenLocked }
        return try await bindNewCard(card.verification, in: session)
    }

    private func read(_ input: CardInput) async throws(WalletPhoneError) -> CapturedCard {
        switch input {
        case .photograph(let image):
            guard let recognition else { throw .recognition(.noEngine(nextStep: "the device has no camera")) }
            let recognized: RecognizedCard
            do { recognized = try await recognition.recognize(image) } catch { throw .recognition(error) }
            switch recognized {
            case .card(let card): return card
            case .anotherPhotograph(let reason): throw .unreadable(reason)
            }
        case .card(let channel):
            do { return try await CardInField(channel).read() } catch { throw .unreadable(nil) }
        }
    }
}
