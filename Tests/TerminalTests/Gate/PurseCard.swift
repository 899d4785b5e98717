import CardCryptography
import CardTesting
import ElectronicPurse
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Synchronization

/// A card with a purse that a person holds to a gate and takes away again, and that an issuer loads.
final class PurseCard: CardChannel, Sendable {
    /// When, in one presentation, the card is taken away.
    struct Removal: Hashable, Sendable, CustomStringConvertible {
        /// Of the command, counted from 0.
        var index: Int
        var moment: Moment

        enum Moment: Hashable, Sendable, CaseIterable {
            /// The command does not reach the card.
            case before
            /// The card has executed it, and the answer is lost.
            case after
        }

        var description: String { "\(moment) command \(index)" }
    }

    private struct State {
        var element: SecureElement
        var removal: Removal?
        var index = 0
        var isInField = false
        var commands: [UInt8] = []
        var alteration: (@Sendable (CommandAPDU, ResponseAPDU) -> ResponseAPDU)?
    }

    private let state: Mutex<State>
    let data: PurseApplicationData
    let keys: PurseKeys

    init(_ personalized: PersonalizedPurse, balance: UInt32) throws {
        state = Mutex(State(element: personalized.element))
        data = personalized.data
        keys = personalized.keys
        if balance > 0 { try load(balance) }
    }

    func alter(_ alteration: (@Sendable (CommandAPDU, ResponseAPDU) -> ResponseAPDU)?) {
        state.withLock { $0.alteration = alteration }
    }

    /// Into the field, and out of it at the command that the removal names.
    func present(_ removal: Removal? = nil) {
        state.withLock { state in
            state.element.reset(.contactless)
            state.removal = removal
            state.index = 0
            state.commands = []
            state.isInField = true
        }
    }

    /// Instructions since the card was presented.
    var commands: [UInt8] { state.withLock(\.commands) }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let answer: ResponseAPDU? = state.withLock { state in
            guard state.isInField else { return nil }
            defer { state.index += 1 }
            state.commands.append(command.instruction)
            let isRemoved = state.removal?.index == state.index
            if isRemoved, state.removal?.moment == .before {
                state.isInField = false
                return nil
            }
            let answer = state.element.process(command, over: .contactless)
            guard !isRemoved else {
                state.isInField = false
                return nil
            }
            return state.alteration?(command, answer) ?? answer
        }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "out of the field") }
        return answer
    }

    func reset() throws(CardUnreachable) { state.withLock { $0.element.reset(.contactless) } }

    // MARK: - The issuer, and somebody's terminal, by the wired interface

    private func wired(_ command: CommandAPDU) throws -> [UInt8] {
        let answer = state.withLock { $0.element.process(command, over: .wired) }
        guard answer.statusWord == .success else { throw CardRefused(answer.statusWord) }
        return answer.data
    }

    static let otherTerminal: PurseTerminalNumber = {
        do { return try PurseTerminalNumber(hex: "0000000000FF") } catch { preconditionFailure("six bytes") }
    }()

    func load(_ amount: UInt32, at moment: PurseMoment = PurseMoment(GateWorld.now)) throws {
        _ = try wired(PurseFile.select(PurseFile.transport))
        let load = PurseLoad(amount: amount, terminal: Self.otherTerminal)
        let begun = try InitializedLoad(
            wired(InitializeTransaction(for: .load, amount: amount, terminal: Self.otherTerminal).command))
        let session = PurseLoad.sessionKey(keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
        _ = try wired(CreditForLoad(moment: moment, mac2: load.mac2(session, at: moment)).command)
    }

    /// A purchase at a terminal elsewhere, as that terminal reports it.
    func payElsewhere(_ amount: UInt32, serial: UInt32 = 9_000) throws -> (PursePurchase, number: UInt16, tac: PurseMAC)
    {
        _ = try wired(PurseFile.select(PurseFile.transport))
        let purchase = PursePurchase(
            amount: amount, terminal: Self.otherTerminal, terminalSerial: serial, moment: PurseMoment(GateWorld.now))
        let begun = try InitializedPurchase(
            wired(InitializeTransaction(for: .purchase, amount: amount, terminal: Self.otherTerminal).command))
        let session = PursePurchase.sessionKey(
            keys.purchase, random: begun.random, offlineNumber: begun.offlineNumber, terminalSerial: serial)
        let proof = try DebitProof(
            wired(
                DebitForPurchase(
                    terminalSerial: serial, moment: purchase.moment, mac1: purchase.mac1(session)
                ).command))
        return (purchase, begun.offlineNumber + 1, proof.tac)
    }

    struct Account: Hashable {
        var balance: UInt32
        /// Purchases so far.
        var offlineNumber: UInt16
        var log: [PurseLogRecord]
        var record: [UInt8]
    }

    /// What the card says to whoever asks it in peace.
    func account() throws -> Account {
        _ = try wired(PurseFile.select(PurseFile.transport))
        var log: [PurseLogRecord] = []
        for number: UInt8 in 1...10 {
            guard let bytes = try? wired(PurseFile.readLog(number)) else { break }
            log.append(try PurseLogRecord(bytes))
        }
        let begun = try InitializedPurchase(
            wired(InitializeTransaction(for: .purchase, amount: 0, terminal: Self.otherTerminal).command))
        return Account(
            balance: try GetBalance.balance(in: wired(GetBalance().command)), offlineNumber: begun.offlineNumber,
            log: log, record: try wired(PurseFile.readRecord(2, in: PurseFile.compositeRecords)))
    }
}

/// A card after INSTALL and STORE DATA, to be copied.
struct PersonalizedPurse: Sendable {
    let element: SecureElement
    let data: PurseApplicationData
    let keys: PurseKeys

    static let issuerKeys: PurseKeys = {
        func key(_ first: UInt8) -> PurseKey {
            do { return try PurseKey(SecretBytes((0..<16).map { first + $0 })) } catch {
                preconditionFailure("16 bytes are a key: \(error)")
            }
        }
        return PurseKeys(purchase: key(0x10), load: key(0x30), authentication: key(0x50))
    }()

    static let first = make("3003104000012345678", seed: 1)
    static let second = make("3003104000087654321", seed: 2)

    static func make(_ number: String, seed: UInt64) -> PersonalizedPurse {
        do { return try PersonalizedPurse(number, seed: seed) } catch { preconditionFailure("a card: \(error)") }
    }

    private init(_ number: String, seed: UInt64) throws {
        let data = try PurseApplicationData(
            city: [0x31, 0x00], number: number, start: [0x20, 0x26, 0x01, 0x01], expiry: [0x20, 0x36, 0x12, 0x31])
        let personalization = PursePersonalization(data, issuerKeys: Self.issuerKeys, priority: 1)
        let keys = try SCP03KeySet(
            enc: SecretBytes([UInt8](repeating: 1, count: 16)), mac: SecretBytes([UInt8](repeating: 2, count: 16)),
            dek: SecretBytes([UInt8](repeating: 3, count: 16)))
        var card = SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [1], cardImageNumber: [UInt8(truncatingIfNeeded: seed)],
                keyDiversificationData: Array(0..<10),
                implementation: SCP03Implementation(
                    mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)),
            random: SeededRandomSource(seed: seed)
        ) { _ in keys }
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.pursePackage, executableModule: BuiltInModule.purse,
            application: PurseFile.transport)
        let groupings = personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
        let commands =
            [
                InstallCommand.forInstallAndMakeSelectable(install).command,
                InstallCommand.forPersonalization(application: PurseFile.transport).command,
            ] + StoreDataCommand.blocks(of: groupings, blockLength: 200).map(\.command)
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { card.process($0) }
        for command in commands {
            let answer = try session.send(command) { card.process($0) }
            guard answer.statusWord == .success else { throw CardRefused(answer.statusWord) }
        }
        card.reset()
        element = card
        self.data = data
        self.keys = personalization.keys
    }
}
