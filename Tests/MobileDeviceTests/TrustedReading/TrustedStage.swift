import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import MobileDevice
import SecureChannel
import SecureElement
import Synchronization
import TrustedReading

/// A device with a secure element that holds SA1 and SA2, a relay that somebody may sit in, and a card in the field.
final class TrustedStage: Sendable {
    static let first: AID = "F053454E45534348414C54520001"
    static let second: AID = "F053454E45534348414C54520002"
    static let stranger: AID = "F053454E45534348414C54520003"
    static let pairing = key(0x70)
    static let applicationA = application(0x01, 0x10)
    static let applicationB = application(0x02, 0x20)

    let element: TappedElement
    let controller: TrustedNFCController
    let pipe: TappedPipe
    let relay: RichOSRelay
    let tap: Tap

    init(
        _ card: any ReaderField, element: SecureElement? = nil, first: AID = TrustedStage.first,
        pairing: AESKey = TrustedStage.pairing
    ) throws {
        let tap = Tap()
        self.tap = tap
        self.element = TappedElement(try element ?? Self.card.get(), tap)
        controller = TrustedNFCController(pairing: pairing, field: card)
        pipe = TappedPipe(controller, tap)
        relay = RichOSRelay(
            secureElement: self.element, controller: pipe, firstApplication: first, secondApplication: Self.second)
    }

    func reader(_ keys: ReadingApplicationKeys = TrustedStage.applicationA) -> TrustedReader {
        let relay = relay
        return TrustedReader(keys) { command throws(CardUnreachable) in try await relay.exchange(command) }
    }

    // MARK: - Keys

    static func key(_ byte: UInt8) -> AESKey {
        do { return try AESKey([UInt8](repeating: byte, count: 16)) } catch { preconditionFailure("16 bytes") }
    }

    static func application(_ version: UInt8, _ byte: UInt8) -> ReadingApplicationKeys {
        do {
            let keys = try SCP03KeySet(enc: key(byte), mac: key(byte + 1), dek: key(byte + 2))
            guard let application = ReadingApplicationKeys(version: version, keys: keys) else {
                preconditionFailure("01 to 7F")
            }
            return application
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static func bytes(_ keys: ReadingApplicationKeys) -> [UInt8] {
        [keys.keys.enc, keys.keys.mac, keys.keys.dek].flatMap { $0.bytes.revealed() }
    }

    // MARK: - Card

    private static let card = Result { try makeCard() }

    static func makeCard(secondSecret: UInt8 = 0x60) throws -> SecureElement {
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
            keyDiversificationData: [UInt8](repeating: 0, count: 10), implementation: .init(rawValue: 0x70)!)
        let keys = SCP03KeySet(repeating: key(0x40))
        var element = SecureElement.manufacture(
            CardConfiguration(.embedded), identity: identity, random: SystemRandomSource()
        ) { _ in keys }
        let secret = DataGrouping(0x8001, [UInt8](repeating: 0x60, count: 16))
        let applications = [
            DataGrouping(0x8101, bytes(applicationA)), DataGrouping(0x8102, bytes(applicationB)),
        ]
        let forFirst = [DataGrouping(0x0001, second.bytes), secret] + applications
        let forSecond = [
            DataGrouping(0x0001, [UInt8(first.bytes.count)] + first.bytes),
            DataGrouping(0x8001, [UInt8](repeating: secondSecret, count: 16)),
            DataGrouping(0x8002, pairing.bytes.revealed()),
        ]
        try install(
            &element, keys, package: BuiltInModule.trustedReadingPackage,
            [
                (BuiltInModule.firstSecurity, first, forFirst), (BuiltInModule.firstSecurity, stranger, forFirst),
                (BuiltInModule.secondSecurity, second, forSecond),
            ])
        return element
    }

    static func install(
        _ element: inout SecureElement, _ keys: SCP03KeySet, package: AID,
        _ applications: [(module: AID, instance: AID, groupings: [DataGrouping])]
    ) throws {
        var copy = element
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { copy.process($0) }
        for application in applications {
            let install = InstallCommand.forInstallAndMakeSelectable(
                .init(
                    executableLoadFile: package, executableModule: application.module,
                    application: application.instance)
            ).command
            let commands =
                [install, InstallCommand.forPersonalization(application: application.instance).command]
                + StoreDataCommand.blocks(of: application.groupings, blockLength: 200).map(\.command)
            for command in commands {
                let response = try session.send(command) { copy.process($0) }
                guard response.statusWord == .success else { throw CardRefused(response.statusWord) }
            }
        }
        copy.reset()
        element = copy
    }
}

/// Whoever sits in the rich operating system: it sees every message, and may change, drop or repeat it.
final class Tap: Sendable {
    enum Place: Hashable, Sendable { case command, response, toController, fromController }

    struct Message: Hashable, Sendable {
        var place: Place
        var bytes: [UInt8]
        /// The instruction, of commands and their responses.
        var instruction: UInt8 = 0
    }

    typealias Hand = @Sendable (Int, Message) -> [UInt8]?
    private let state = Mutex<(messages: [Message], hand: Hand)>(([], { _, message in message.bytes }))

    var messages: [Message] { state.withLock { $0.messages } }

    func start(_ hand: @escaping Hand = { _, message in message.bytes }) { state.withLock { $0 = ([], hand) } }

    /// `nil` when the message is withheld.
    func pass(_ message: Message) -> [UInt8]? {
        let (number, hand) = state.withLock { state in
            state.messages.append(message)
            return (state.messages.count - 1, state.hand)
        }
        return hand(number, message)
    }
}

/// The secure element as the relay reaches it.
actor TappedElement: CardChannel {
    var element: SecureElement
    private let tap: Tap

    init(_ element: SecureElement, _ tap: Tap) {
        self.element = element
        self.tap = tap
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let lost = CardUnreachable(mayHaveBeenExecuted: true, reason: "withheld")
        // Le stands outside of what is protected: it only says how much may come.
        let head = command.header + command.data
        let instruction = command.instruction
        guard let sent = tap.pass(.init(place: .command, bytes: head, instruction: instruction)) else { throw lost }
        let changed = CommandAPDU(
            ClassByte(sent[0]), sent[1], sent[2], sent[3], data: Array(sent[4...]),
            expectedLength: command.expectedLength, isExtended: command.isExtended)
        let response = element.process(changed)
        guard let answer = tap.pass(.init(place: .response, bytes: response.bytes, instruction: instruction)),
            let changed = try? ResponseAPDU(bytes: answer)
        else { throw lost }
        return changed
    }

    func reset() async throws(CardUnreachable) { element.reset() }

    func process(_ command: CommandAPDU, over interface: CardInterface = .wired) -> ResponseAPDU {
        element.process(command, over: interface)
    }
}

/// The pipe between the secure element and the NFC controller as the relay reaches it.
struct TappedPipe: ControllerPipe {
    let controller: TrustedNFCController
    let tap: Tap

    init(_ controller: TrustedNFCController, _ tap: Tap) {
        self.controller = controller
        self.tap = tap
    }

    func exchange(_ message: [UInt8]) async -> [UInt8]? {
        guard let sent = tap.pass(.init(place: .toController, bytes: message)),
            let answer = await controller.exchange(sent)
        else { return nil }
        return tap.pass(.init(place: .fromController, bytes: answer))
    }
}

/// A card that answers as a function says, and can be taken away.
final class TestField: ReaderField {
    struct State {
        var isPresent = true
        var isOn = false
        var commands: [CommandAPDU] = []
        var answer: @Sendable (CommandAPDU) -> ResponseAPDU
    }

    static let identifier: [UInt8] = [0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]
    private let state: Mutex<State>

    init(_ answer: @escaping @Sendable (CommandAPDU) -> ResponseAPDU = { ResponseAPDU(.success, data: $0.data) }) {
        state = Mutex(State(answer: answer))
    }

    var commands: [CommandAPDU] { state.withLock { $0.commands } }
    var isOn: Bool { state.withLock { $0.isOn } }
    func take() { state.withLock { $0.isPresent = false } }
    func put() { state.withLock { $0.isPresent = true } }

    func activate(_ technology: ReaderTechnology, within limit: Duration) async -> ActivatedCard? {
        state.withLock { state in
            state.isOn = true
            guard state.isPresent, technology == .typeA else { return nil }
            return ActivatedCard(identifier: Self.identifier, answerToSelect: AnswerToSelect().bytes)
        }
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response: ResponseAPDU? = state.withLock { state in
            guard state.isPresent, state.isOn else { return nil }
            state.commands.append(command)
            return state.answer(command)
        }
        guard let response else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "gone") }
        return response
    }

    func switchOff() async { state.withLock { $0.isOn = false } }
}
