import CardCryptography
import EMV
import ISO7816
import MobileDevice
import Synchronization

/// The wallet's server, as far as a phone notices: it records what it is asked and answers as it is told.
actor WalletServiceDouble: WalletService {
    private(set) var activations: [(request: FunctionActivationRequest, key: String)] = []
    private(set) var reports: [SecureElementReport] = []
    private(set) var logins: [WalletLogin] = []
    private(set) var log: [String] = []
    private var ownCards: [WalletCard]
    private let reply: FunctionActivationReply?
    /// Requests that get no answer although they were done, from the front.
    private var unanswered: Int

    static let session = WalletSession(
        user: "usr_1", device: "dev_1", bearer: SecretBytes([1, 2, 3]), expires: 4_000_000_000)

    init(cards: [WalletCard] = [], reply: FunctionActivationReply? = nil, unanswered: Int = 0) {
        ownCards = cards
        self.reply = reply
        self.unanswered = unanswered
    }

    func logIn(_ login: WalletLogin) throws(WalletServiceError) -> WalletSession {
        logins.append(login)
        return Self.session
    }

    func authenticateAgain(password: SecretBytes, in session: WalletSession) throws(WalletServiceError) {
        log.append("authenticate")
        guard password == SecretBytes(Array("secret".utf8)) else {
            throw .refused(code: "wrongPassword", detail: "it is another one")
        }
    }

    func logOut(of session: WalletSession) {}

    func cards(of user: String, in session: WalletSession) throws(WalletServiceError) -> [WalletCard] {
        guard user == session.user else { throw .refused(code: "notYours", detail: "user") }
        return ownCards
    }

    func bindingAssertion(
        for card: String, in session: WalletSession
    ) throws(WalletServiceError) -> IssuerBindingAssertion {
        IssuerBindingAssertion(assertion: "assertion of \(card)", expires: 4_000_000_000)
    }

    func activate(
        _ request: FunctionActivationRequest, key: String, in session: WalletSession
    ) throws(WalletServiceError) -> FunctionActivationReply {
        activations.append((request, key))
        if unanswered > 0 {
            unanswered -= 1
            throw .unsettled(detail: "no answer")
        }
        if let reply { return reply }
        let name =
            switch request.target {
            case .newCard: "crd_new"
            case .confirmedCard(let card, _), .knownCard(let card): card
            }
        return .bound(Self.activation(of: name, request.functions))
    }

    static func activation(of card: String, _ functions: [CardFunction]) -> FunctionActivation {
        guard let reference = UniversalCardReference([0, 0, 0, 0, 0, 0, 0, 1]) else {
            preconditionFailure("eight bytes are a reference")
        }
        return FunctionActivation(
            card: card, issuer: "harbour-bank",
            dedicated: DedicatedCardInformation(type: 1, reference: reference, label: "Card", lastFour: "0010"),
            functions: Dictionary(
                uniqueKeysWithValues: functions.map { ($0, .active(paymentIdentifier: "tok_\($0.rawValue)")) }))
    }

    func confirm(
        verification: String, oneTimePassword: String, key: String, in session: WalletSession
    ) throws(WalletServiceError) -> FunctionActivationReply {
        oneTimePassword == "123456" ? .bound(Self.activation(of: "crd_new", [.nfc])) : .refused
    }

    func synchronize(
        _ report: SecureElementReport, key: String, in session: WalletSession
    ) throws(WalletServiceError) -> SynchronizationReply {
        reports.append(report)
        return SynchronizationReply(restored: [], removed: report.records.map(\.reference))
    }

    func unbind(card: String, key: String, in session: WalletSession) { log.append("unbind \(card)") }

    func migrationSources(in session: WalletSession) -> [MigrationSource] {
        [MigrationSource(device: "dev_0", name: "Old phone", cards: [])]
    }

    func migrate(
        _ request: MigrationRequest, key: String, in session: WalletSession
    ) throws(WalletServiceError) -> MigrationReport {
        log.append("migrate from \(request.from)")
        return MigrationReport(
            migration: "mig_1",
            cards: (request.cards ?? ["crd_1", "crd_2"]).map { .init(card: $0, status: .moved) })
    }

    func migration(_ id: String, in session: WalletSession) throws(WalletServiceError) -> MigrationReport {
        throw .refused(code: "notFound", detail: id)
    }
}

/// Card issuers by name; each records what it was asked for.
actor IssuerDouble: CardIssuerService {
    enum Behaviour: Sendable {
        case binds, refuses
        /// So many requests are done and not answered.
        case silent(Int)
    }

    private(set) var requests: [(request: CardBindingRequest, key: String)] = []
    private var behaviour: Behaviour

    init(_ behaviour: Behaviour = .binds) { self.behaviour = behaviour }

    func bind(_ request: CardBindingRequest, key: String) throws(CardIssuerError) -> CardBindingConfirmation {
        requests.append((request, key))
        switch behaviour {
        case .binds: break
        case .refuses: throw .refused(code: "blocked", detail: "the card is blocked")
        case .silent(let times):
            guard times == 0 else {
                behaviour = .silent(times - 1)
                throw .unsettled(detail: "no answer")
            }
        }
        return CardBindingConfirmation(binding: "1", confirmation: "confirmation of \(request.issuerCardReference)")
    }
}

struct IssuersDouble: CardIssuerDirectory {
    var issuers: [String: IssuerDouble]

    func issuer(named name: String) -> (any CardIssuerService)? { issuers[name] }
}

struct SettingsDouble: DeviceSettings {
    var telephoneNumber: String? = "+4915112345678"
    var deviceName = "Ana's phone"
    var supportedFunctions: Set<CardFunction> = [.nfc, .qr]
}

final class ScreenDouble: ScreenLock, Sendable {
    private let current: Mutex<ScreenState>

    init(_ state: ScreenState = .unlocked) { current = Mutex(state) }

    var state: ScreenState { current.withLock { $0 } }

    func wake() { current.withLock { if $0 == .locked { $0 = .awake } } }

    func set(_ state: ScreenState) { current.withLock { $0 = state } }
}

struct OwnerDouble: ConsumerConfirmation {
    var agrees = true

    func confirm(_ reason: String) async -> Bool { agrees }
}

struct RecognitionDouble: CardRecognition {
    var result: RecognizedCard

    func recognize(_ image: [UInt8]) async throws(CardRecognitionError) -> RecognizedCard { result }
}

/// A secure element's wired interface: its name, and one card record in each universal instance.
actor ElementDouble: CardChannel {
    private(set) var commands: [CommandAPDU] = []
    private(set) var openChannels = 0
    private var isCredit = false
    private let failing: Int?

    static let name = "0102030405060708"

    /// - Parameter failing: the command that gets no answer, from 0.
    init(failing: Int? = nil) { self.failing = failing }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        commands.append(command)
        guard commands.count - 1 != failing else {
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "torn")
        }
        switch (command.instruction, command.p1) {
        case (0x70, 0x00):
            openChannels += 1
            return ResponseAPDU(.success, data: [1])
        case (0x70, _):
            openChannels -= 1
            return ResponseAPDU(.success)
        case (0xA4, _):
            isCredit = command.data.last == 0x02
            return ResponseAPDU(
                .success, data: BERTLV(0x6F, [BERTLV(0x84, command.data + [1, 2, 3, 4, 5]), BERTLV(0xA5)]).bytes)
        case (0xCA, _): return ResponseAPDU(.success, data: BERTLV(0x45, [1, 2, 3, 4, 5, 6, 7, 8]).bytes)
        case (0xB2, 1): return ResponseAPDU(.success, data: record)
        case (0xB2, _): return ResponseAPDU(0x6A83)
        default: return ResponseAPDU(.success)
        }
    }

    func reset() throws(CardUnreachable) {}

    private var record: [UInt8] {
        let objects = [
            BERTLV(0xC0, [0, 0, 0, 0, 0, 0, 0, isCredit ? 2 : 1]), BERTLV(0x50, Array("Card".utf8)),
            BERTLV(0x9F25, [0x00, 0x10]), BERTLV(0x83, [isCredit ? 0 : 1]), BERTLV(0x85, [0x03]),
            BERTLV(0x86, [1, 2, 3, 4, 5, 6, 7, 8]),
        ]
        return BERTLV(0x70, [BERTLV(0xE0, objects)]).bytes
    }
}
