public import CardCryptography
import JOSE

/// The wallet application of one device: cards are bound and activated with it, and it pays.
///
///     let phone = WalletPhone(service: service, issuers: issuers, secureElement: element, settings: settings, …)
///     let session = try await phone.logIn(account: "ana", password: password)
///     for (card, result) in try await phone.bindOwnCards(in: session) { … }
///
/// It holds nothing but its ports: cards are in the secure element and with the wallet. A request that gets no answer is
/// repeated with its own key, so nothing is done twice.
public struct WalletPhone: Sendable {
    let service: any WalletService
    let issuers: any CardIssuerDirectory
    public let secureElement: WalletSecureElement
    let settings: any DeviceSettings
    let screen: any ScreenLock
    let recognition: (any CardRecognition)?
    let confirmation: any ConsumerConfirmation
    let random: any RandomSource
    let clock: AgentClock

    /// Times that a request is sent, at most.
    public static let attemptsMax = 4
    private static let pause = Duration.milliseconds(500)

    /// - Parameter recognition: reads photographs of cards; `nil` on a device without a camera.
    public init(
        service: any WalletService, issuers: any CardIssuerDirectory, secureElement: WalletSecureElement,
        settings: any DeviceSettings, screen: any ScreenLock, recognition: (any CardRecognition)? = nil,
        confirmation: any ConsumerConfirmation, random: any RandomSource = SystemRandomSource(),
        clock: AgentClock = AgentClock()
    ) {
        self.service = service
        self.issuers = issuers
        self.secureElement = secureElement
        self.settings = settings
        self.screen = screen
        self.recognition = recognition
        self.confirmation = confirmation
        self.random = random
        self.clock = clock
    }
}

/// Why the device could not do what it was asked for.
public enum WalletPhoneError: Error, Equatable, Sendable, CustomStringConvertible {
    case service(WalletServiceError)
    case issuer(CardIssuerError)
    case secureElement(SecureElementError)
    case recognition(CardRecognitionError)
    /// The device knows no way to this issuer.
    case unknownIssuer(String)
    /// There is no such card, or it cannot be used so, in this secure element.
    case noSuchCard
    /// All that the device supports and the issuer allows is active already.
    case nothingToActivate
    /// The device has no telephone number of its own: without one no bank recognizes its customer.
    case noTelephoneNumber
    /// The card could not be read: another photograph, or hold it to the device again.
    case unreadable(UnreadableReason?)
    /// The screen has to be unlocked first.
    case screenLocked
    /// The owner did not agree.
    case notConfirmed
    /// What was to be paid cannot be written down.
    case purchase

    public var description: String {
        switch self {
        case .service(let error): "\(error)"
        case .issuer(let error): "the issuer: \(error)"
        case .secureElement(let error): "\(error)"
        case .recognition(let error): "\(error)"
        case .unknownIssuer(let name): "there is no way from here to the issuer \(name)"
        case .noSuchCard: "there is no such card in this device"
        case .nothingToActivate: "everything that can be activated is active"
        case .noTelephoneNumber: "the device knows no telephone number of its own"
        case .unreadable(let reason): "the card could not be read\(reason.map { " (\($0.rawValue))" } ?? "")"
        case .screenLocked: "the screen is locked"
        case .notConfirmed: "the owner did not agree"
        case .purchase: "an amount has up to 12 digits, a currency and a country three"
        }
    }
}

// MARK: - Session

extension WalletPhone {
    /// Logs in with what the secure element says of itself (BIND-02).
    public func logIn(account: String, password: SecretBytes) async throws(WalletPhoneError) -> WalletSession {
        guard let telephoneNumber = settings.telephoneNumber else { throw .noTelephoneNumber }
        let name = try await secureElementName()
        return try await asking { () async throws(WalletServiceError) in
            try await service.logIn(
                WalletLogin(
                    account: account, password: password, deviceName: settings.deviceName, secureElement: name,
                    telephoneNumber: telephoneNumber))
        }
    }

    func secureElementName() async throws(WalletPhoneError) -> String {
        do { return try await secureElement.name() } catch { throw .secureElement(error) }
    }

    /// The cards of the user, wherever they are (BIND-01).
    public func cards(in session: WalletSession) async throws(WalletPhoneError) -> [WalletCard] {
        try await asking { () async throws(WalletServiceError) in
            try await service.cards(of: session.user, in: session)
        }
    }

    /// The device's cards as they lie in its secure element.
    public func deviceCards() async throws(WalletPhoneError) -> [DeviceCard] {
        do { return try await secureElement.cards() } catch { throw .secureElement(error) }
    }
}

// MARK: - Keys and repetition

extension WalletPhone {
    /// A fresh key for one request.
    func newKey() -> String { Base64URL.encode(random.bytes(18)) }

    /// Sends a request until it is settled, at most ``attemptsMax`` times, with whatever key is in it.
    func asking<Value: Sendable>(
        _ request: () async throws(WalletServiceError) -> Value
    ) async throws(WalletPhoneError) -> Value {
        var attempt = 1
        while true {
            do throws(WalletServiceError) {
                return try await request()
            } catch {
                guard case .unsettled = error, attempt < Self.attemptsMax else { throw .service(error) }
            }
            attempt += 1
            do { try await clock.pause(Self.pause) } catch { throw .service(.unsettled(detail: "cancelled")) }
        }
    }

    /// As ``asking(_:)``, of a card's issuer.
    func askingIssuer<Value: Sendable>(
        _ request: () async throws(CardIssuerError) -> Value
    ) async throws(WalletPhoneError) -> Value {
        var attempt = 1
        while true {
            do throws(CardIssuerError) {
                return try await request()
            } catch {
                guard case .unsettled = error, attempt < Self.attemptsMax else { throw .issuer(error) }
            }
            attempt += 1
            do { try await clock.pause(Self.pause) } catch { throw .issuer(.unsettled(detail: "cancelled")) }
        }
    }

    /// What moves or removes cards, or shows a code, needs the screen unlocked.
    func requireUnlocked() async throws(WalletPhoneError) {
        guard await screen.state == .unlocked else { throw .screenLocked }
    }
}
