import CardCryptography
import CardManagement
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Synchronization

/// A card that answers as a test wants: its secure channel is sound, what it says through it is not.
final class OddCard: CardChannel {
    /// What the card says to a command in plain; a GET DATA outside a session comes here too.
    typealias Answer = @Sendable (CommandAPDU) -> ResponseAPDU

    static let securityDomain: AID = "A000000003000000"
    static let keys = BenchCard.keySet(0x10)

    /// Of a card of SCP02: three keys, or one in their places.
    static func tripleDESKeys(_ implementation: SCP02Implementation) -> SCP02KeySet {
        do {
            return implementation.hasThreeKeys
                ? try SCP02KeySet(enc: keys.enc.bytes, mac: keys.mac.bytes, dek: keys.dek.bytes)
                : try SCP02KeySet(repeating: keys.enc.bytes)
        } catch { preconditionFailure("16 bytes are a Triple-DES key: \(error)") }
    }

    private struct State {
        var handshake: Handshake?
        var session: SecureChannelCardSession?
        var commands: [CommandAPDU] = []
        /// Of a command that comes in several.
        var parts: [CommandAPDU] = []
    }

    private static let chained: Set<UInt8> = [
        DeleteCommand.instruction, InstallCommand.instruction, PutKeyCommand.instruction,
    ]

    private enum Handshake {
        case scp02(SCP02CardHandshake)
        case scp03(SCP03CardHandshake)
    }

    private let scp02: SCP02Implementation?
    private let answer: Answer
    private let selection: ResponseAPDU
    private let defaultSelection: ResponseAPDU
    private let externalAuthenticate: ResponseAPDU?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - selection: the answer to SELECT.
    ///   - defaultSelection: the answer to SELECT without a name, if that is another.
    ///   - externalAuthenticate: an answer that takes the place of the card's.
    ///   - scp02: speaks SCP02 and not SCP03.
    init(
        selection: ResponseAPDU = ResponseAPDU(.success), defaultSelection: ResponseAPDU? = nil,
        externalAuthenticate: ResponseAPDU? = nil, scp02: SCP02Implementation? = nil, _ answer: @escaping Answer
    ) {
        self.scp02 = scp02
        self.selection = selection
        self.defaultSelection = defaultSelection ?? selection
        self.externalAuthenticate = externalAuthenticate
        self.answer = answer
    }

    /// The commands that came through the session, in plain.
    var commands: [CommandAPDU] { state.withLock { $0.commands } }

    func reset() {}

    func transmit(_ command: CommandAPDU) -> ResponseAPDU {
        state.withLock { state in
            switch command.instruction {
            case SelectCommand.instruction: return command.data.isEmpty ? defaultSelection : selection
            case InitializeUpdateCommand.instruction: return begin(command, &state)
            case ExternalAuthenticateCommand.instruction: return authenticate(command, &state)
            default: return carryOut(command, &state)
            }
        }
    }

    private func begin(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        state.session = nil
        let data = BenchCard.diversificationData
        if let scp02 {
            guard
                let handshake = try? SCP02CardHandshake(
                    command, keys: Self.tripleDESKeys(scp02), keyVersionNumber: 0x7F, implementation: scp02,
                    keyDiversificationData: data, counter: .init(rawValue: 5),
                    challenge: scp02.isPseudoRandom
                        ? .pseudoRandom(invoker: Self.securityDomain) : .random([1, 2, 3, 4, 5, 6]))
            else { return ResponseAPDU(.wrongLength) }
            state.handshake = .scp02(handshake)
            return handshake.response
        }
        guard let implementation = SCP03Implementation(rawValue: 0x60),
            let handshake = try? SCP03CardHandshake(
                command, keys: Self.keys, keyVersionNumber: 0x7F, implementation: implementation,
                keyDiversificationData: data, challenge: .random([1, 2, 3, 4, 5, 6, 7, 8]))
        else { return ResponseAPDU(.wrongLength) }
        state.handshake = .scp03(handshake)
        return handshake.response
    }

    private func authenticate(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        if let externalAuthenticate { return externalAuthenticate }
        switch state.handshake {
        case .scp02(let handshake): state.session = (try? handshake.authenticate(command)).map { .init($0) }
        case .scp03(let handshake): state.session = (try? handshake.authenticate(command)).map { .init($0) }
        case nil: break
        }
        return ResponseAPDU(state.session == nil ? .hostCryptogramFailed : .success)
    }

    private func carryOut(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        guard var session = state.session else { return answer(command) }
        if Self.chained.contains(command.instruction) {
            state.parts.append(command)
            if BodyChaining.announcesMore(command) { return ResponseAPDU(.success) }
        }
        let whole = BodyChaining.join(state.parts) ?? command
        state.parts = []
        guard let plain = try? session.unwrap(whole) else { return ResponseAPDU(.securityStatusNotSatisfied) }
        state.commands.append(plain)
        let response = session.wrap(answer(plain))
        state.session = session
        return response
    }

    func manager(journal: any ManagementJournal = MemoryJournal()) -> CardManager {
        CardManager(
            channel: self, keys: FixedKeySource(CardKeyMaterial(Self.keys)), journal: journal,
            random: SeededRandomSource(seed: 3))
    }
}
