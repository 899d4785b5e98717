public import CardCryptography
public import ElectronicPurse
public import ISO7816

/// A terminal's security module (PSAM) in software: it holds the issuer's purchase key, makes a terminal's MACs and checks a
/// card's.
///
///     00 B0 96 00 06   the terminal's number
///     80 70            INIT SAM FOR PURCHASE: the next terminal serial, MAC1
///     80 72            CREDIT SAM FOR PURCHASE: the card's MAC2 is right, or 9302
///
/// The serial never comes twice: whoever runs it writes ``persistentState`` before an answer is released. What the last
/// purchases' MAC2 has to be is part of it, so that a card can be believed that comes back after a restart.
public struct PurchaseSAM: Equatable, Sendable {
    public let terminal: PurseTerminalNumber
    private let key: PurseKey
    private let keyVersion: UInt8
    /// The last serial that was given.
    public private(set) var terminalSerial: UInt32
    /// The newest last.
    private var remembered: [Remembered] = []
    /// The last INIT SAM since the power came, while its MAC2 has not been checked.
    private var current: UInt32?
    /// Changes whenever ``persistentState`` does.
    public private(set) var persistentRevision: UInt64 = 0

    /// Purchases whose MAC2 can still be checked: all that a gate may have pending, and those of others meanwhile.
    public static let rememberedMax = 256
    /// READ BINARY of the terminal's number, file 16.
    public static let readTerminalNumber = CommandAPDU(0x00, 0xB0, 0x96, 0x00, expectedLength: 6)

    private struct Remembered: Equatable, Sendable {
        var terminalSerial: UInt32
        var mac2: PurseMAC
    }

    /// A module that has not been used.
    ///
    /// - Parameter key: of all cards (DPK master).
    public init(terminal: PurseTerminalNumber, key: PurseKey, keyVersion: UInt8 = 0x01) {
        self.terminal = terminal
        self.key = key
        self.keyVersion = keyVersion
        terminalSerial = 0
    }

    /// Power off and on.
    public mutating func reset() { current = nil }

    public mutating func process(_ command: CommandAPDU) -> ResponseAPDU {
        do throws(PurseLayoutError) {
            switch UInt16(command.classByte.rawValue) << 8 | UInt16(command.instruction) {
            case 0x00B0: return read(command)
            case InitializeSAMForPurchase.instruction: return initialize(try InitializeSAMForPurchase(command))
            case CreditSAMForPurchase.instruction: return credit(try CreditSAMForPurchase(command))
            default: return ResponseAPDU(.instructionNotSupported)
            }
        } catch {
            switch error {
            case .parameters, .anotherCommand: return ResponseAPDU(.incorrectParameters)
            case .layout: return ResponseAPDU(.wrongLength)
            case .field, .unknown: return ResponseAPDU(.incorrectData)
            }
        }
    }

    private func read(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.p1 == 0x96, command.p2 == 0x00 else { return ResponseAPDU(.fileNotFound) }
        return ResponseAPDU(.success, data: terminal.bytes)
    }

    private mutating func initialize(_ request: InitializeSAMForPurchase) -> ResponseAPDU {
        guard request.type.isOffline else { return ResponseAPDU(.incorrectData) }
        guard request.keyVersion == keyVersion else { return ResponseAPDU(.purseUnknownKey) }
        guard terminalSerial < .max else { return ResponseAPDU(.purseLimitReached) }
        let serial = terminalSerial + 1
        let cardKey = (request.city.map(key.derived) ?? key).derived(for: request.serial)
        let session = PursePurchase.sessionKey(
            cardKey, random: request.random, offlineNumber: request.offlineNumber, terminalSerial: serial)
        let purchase = PursePurchase(
            amount: request.amount, type: request.type, terminal: terminal, terminalSerial: serial,
            moment: request.moment)
        terminalSerial = serial
        current = serial
        remembered =
            remembered.suffix(Self.rememberedMax - 1)
            + [Remembered(terminalSerial: serial, mac2: purchase.mac2(session))]
        persistentRevision &+= 1
        return ResponseAPDU(
            .success, data: InitializedSAM(terminalSerial: serial, mac1: purchase.mac1(session)).bytes)
    }

    private mutating func credit(_ request: CreditSAMForPurchase) -> ResponseAPDU {
        guard let serial = request.terminalSerial ?? current else { return ResponseAPDU(.purseWrongState) }
        guard let purchase = remembered.last(where: { $0.terminalSerial == serial }) else {
            return ResponseAPDU(.referencedDataNotFound)
        }
        if request.terminalSerial == nil { current = nil }
        return ResponseAPDU(purchase.mac2 == request.mac2 ? .success : .purseWrongMAC)
    }
}

// MARK: - State

extension PurchaseSAM {
    /// terminal (6) | key version (1) | key (16) | serial (4) | serial (4) and MAC2 (4) of each remembered purchase.
    ///
    /// It has the key: for the module's own memory only.
    public var persistentState: SecretBytes {
        SecretBytes(terminal.bytes + [keyVersion]) + key.bytes
            + SecretBytes(
                Self.bytes(terminalSerial) + remembered.flatMap { Self.bytes($0.terminalSerial) + $0.mac2.bytes })
    }

    /// - Throws: ``PurchaseSAMStateError`` for what no module writes.
    public init(persistentState: SecretBytes) throws(PurchaseSAMStateError) {
        let count = persistentState.count
        guard count >= 27, (count - 27) % 8 == 0, (count - 27) / 8 <= Self.rememberedMax else {
            throw PurchaseSAMStateError()
        }
        let plain = persistentState.slice(0..<7).revealed()
        let tail = persistentState.slice(23..<count).revealed()
        do {
            terminal = try PurseTerminalNumber(plain[0..<6])
            keyVersion = plain[6]
            key = try PurseKey(persistentState.slice(7..<23))
            terminalSerial = Self.number(tail[0..<4])
            for offset in stride(from: 4, to: tail.count, by: 8) {
                remembered.append(
                    Remembered(
                        terminalSerial: Self.number(tail[offset..<offset + 4]),
                        mac2: try PurseMAC(tail[offset + 4..<offset + 8])))
            }
        } catch { throw PurchaseSAMStateError() }
        guard remembered.allSatisfy({ $0.terminalSerial <= terminalSerial }) else { throw PurchaseSAMStateError() }
    }

    private static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}

/// The bytes are not the state of a security module.
public struct PurchaseSAMStateError: Error, Equatable, Sendable, CustomStringConvertible {
    public init() {}

    public var description: String { "the bytes are not a security module's state" }
}
