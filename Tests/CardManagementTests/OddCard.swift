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

    private struct State {
        var handshake: SCP03CardHandshake?
        var session: SCP03CardSession?
        var isAuthenticated = false
        var commands: [CommandAPDU] = []
    }

    private let answer: Answer
    private let selection: ResponseAPDU
    private let externalAuthenticate: ResponseAPDU?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - selection: the answer to SELECT.
    ///   - externalAuthenticate: an answer that takes the place of the card's.
    init(
        selection: ResponseAPDU = ResponseAPDU(.success), externalAuthenticate: ResponseAPDU? = nil,
        _ answer: @escaping Answer
    ) {
        self.selection = selection
        self.externalAuthenticate = externalAuthenticate
        self.answer = answer
    }

    /// The commands that came through the session, in plain.
    var commands: [CommandAPDU] { state.withLock { $0.commands } }

    func reset() {}

    func transmit(_ command: CommandAPDU) -> ResponseAPDU {
        state.withLock { state in
            switch command.instruction {
            case SelectCommand.instruction: return selection
            case InitializeUpdateCommand.instruction: return Self.begin(command, &state)
            case ExternalAuthenticateCommand.instruction: return authenticate(command, &state)
            default: return carryOut(command, &state)
            }
        }
    }

    private static func begin(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        guard let implementation = SCP03Implementation(rawValue: 0x60) else { return ResponseAPDU(0x6F00) }
        let handshake = try? SCP03CardHandshake(
            command, keys: keys, keyVersionNumber: 0x7F, implementation: implementation,
            keyDiversificationData: [UInt8](repeating: 0xAB, count: 10),
            challenge: .random([1, 2, 3, 4, 5, 6, 7, 8]))
        state.handshake = handshake
        return handshake?.response ?? ResponseAPDU(.wrongLength)
    }

    private func authenticate(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        if let externalAuthenticate { return externalAuthenticate }
        state.session = try? state.handshake?.authenticate(command)
        return ResponseAPDU(state.session == nil ? .hostCryptogramFailed : .success)
    }

    private func carryOut(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        guard var session = state.session else { return answer(command) }
        guard let plain = try? session.unwrap(command) else { return ResponseAPDU(.securityStatusNotSatisfied) }
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
