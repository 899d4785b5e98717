import CardCryptography
import CardTesting
import ElectronicPurse
import GlobalPlatform
import ISO7816

@testable import SecureElement

/// A purse with the keys of the vectors, and the two who move money in it: its issuer and a terminal.
struct TestPurse {
    static let issuerKeys: PurseKeys = {
        func key(_ hex: String) -> PurseKey {
            do { return try PurseKey(SecretBytes(bytes(hex))) } catch { preconditionFailure("16 bytes are a key") }
        }
        return PurseKeys(
            purchase: key("00112233445566778899AABBCCDDEEFF"), load: key("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"),
            authentication: key("C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF"))
    }()

    static func personalization(balanceMax: UInt32 = 100_000) throws -> PursePersonalization {
        PursePersonalization(
            try PurseApplicationData(
                city: [0x31, 0x00], number: "3003104000012345678", start: [0x20, 0x26, 0x01, 0x01],
                expiry: [0x20, 0x36, 0x12, 0x31]), issuerKeys: issuerKeys, priority: 3, balanceMax: balanceMax)
    }

    static func groupings(_ personalization: PursePersonalization) -> [DataGrouping] {
        personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
    }

    static let terminal: PurseTerminalNumber = {
        do { return try PurseTerminalNumber(hex: "A10000000001") } catch { preconditionFailure("six bytes") }
    }()
    static let moment = PurseMoment(1_795_780_800)

    let keys: PurseKeys
    var transmit: (CommandAPDU) -> ResponseAPDU

    init(_ transmit: @escaping (CommandAPDU) -> ResponseAPDU) throws {
        keys = try Self.personalization().keys
        self.transmit = transmit
    }

    func initialize(
        _ purpose: InitializeTransaction.Purpose, _ amount: UInt32, keyIndex: UInt8 = 1
    ) -> ResponseAPDU {
        transmit(
            InitializeTransaction(for: purpose, keyIndex: keyIndex, amount: amount, terminal: Self.terminal).command)
    }

    func credit(_ amount: UInt32, _ answer: ResponseAPDU, tamper: UInt8 = 0) throws -> CommandAPDU {
        let card = try InitializedLoad(answer.data)
        let session = PurseLoad.sessionKey(keys.load, random: card.random, onlineNumber: card.onlineNumber)
        let load = PurseLoad(amount: amount, terminal: Self.terminal)
        var mac = load.mac2(session, at: Self.moment).bytes
        mac[0] ^= tamper
        return CreditForLoad(moment: Self.moment, mac2: try PurseMAC(mac)).command
    }

    func purchase(
        _ amount: UInt32, serial: UInt32 = 1, type: PurseTransactionType = .purchase
    ) -> PursePurchase {
        PursePurchase(amount: amount, type: type, terminal: Self.terminal, terminalSerial: serial, moment: Self.moment)
    }

    func debit(_ purchase: PursePurchase, _ answer: ResponseAPDU, tamper: UInt8 = 0) throws -> CommandAPDU {
        let session = try session(purchase, answer)
        var mac = purchase.mac1(session).bytes
        mac[0] ^= tamper
        return DebitForPurchase(
            terminalSerial: purchase.terminalSerial, moment: purchase.moment, mac1: try PurseMAC(mac)
        ).command
    }

    func session(_ purchase: PursePurchase, _ answer: ResponseAPDU) throws -> PurseSessionKey {
        let card = try InitializedPurchase(answer.data)
        return PursePurchase.sessionKey(
            keys.purchase, random: card.random, offlineNumber: card.offlineNumber,
            terminalSerial: purchase.terminalSerial)
    }

    @discardableResult
    func load(_ amount: UInt32) throws -> ResponseAPDU {
        transmit(try credit(amount, initialize(.load, amount)))
    }

    @discardableResult
    func pay(_ amount: UInt32, serial: UInt32 = 1) throws -> ResponseAPDU {
        transmit(try debit(purchase(amount, serial: serial), initialize(.purchase, amount)))
    }
}

/// A purse alone, with its volatile memory, called like a card.
final class PurseAlone {
    var applet = PurseApplication()
    var working = WorkingMemory()
    let environment: AppletEnvironment

    init(balanceMax: UInt32 = 100_000, random: any RandomSource = SeededRandomSource(seed: 5)) throws {
        environment = AppletEnvironment(contactless: [], selectableApplications: [], random: random)
        try applet.personalize(with: TestPurse.groupings(TestPurse.personalization(balanceMax: balanceMax)))
    }

    func transmit(_ command: CommandAPDU) -> ResponseAPDU { applet.process(command, environment, &working) }

    func transmit(_ hex: String) throws -> String { transmit(try CommandAPDU(hex: hex)).bytes.hex }
}

/// The bytes that it was given, in turn.
final class GivenRandom: RandomSource, @unchecked Sendable {
    private var given: [[UInt8]]

    init(_ given: [[UInt8]]) { self.given = given }

    func bytes(_ count: Int) -> [UInt8] { given.removeFirst() }
}
