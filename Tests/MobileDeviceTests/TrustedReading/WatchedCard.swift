import CardCryptography
import CardTesting
import EMV
import ElectronicPurse
import GlobalPlatform
import ISO7816
import MobileDevice
import SecureChannel
import SecureElement
import Synchronization

/// A personalized card that is held to the device, and all that is said to it and by it.
final class WatchedCard: Sendable {
    private let state: Mutex<(element: SecureElement, exchanges: [(CommandAPDU, ResponseAPDU)])>

    init(_ element: SecureElement) { state = Mutex((element, [])) }

    var exchanges: [(command: CommandAPDU, response: ResponseAPDU)] {
        state.withLock { $0.exchanges.map { (command: $0.0, response: $0.1) } }
    }

    /// The field that the card is in.
    var field: TestField { TestField { self.process($0) } }

    private func process(_ command: CommandAPDU) -> ResponseAPDU {
        state.withLock { state in
            let response = state.element.process(command, over: .contactless)
            state.exchanges.append((command, response))
            return response
        }
    }

    // MARK: - Cards

    private static func blank() throws -> (element: SecureElement, keys: SCP03KeySet) {
        let keys = SCP03KeySet(repeating: TrustedStage.key(0x41))
        guard let implementation = SCP03Implementation(rawValue: 0x70) else { throw CardRefused(.incorrectParameters) }
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x53], cardImageNumber: [9, 9], keyDiversificationData: Array(0..<10),
            implementation: implementation)
        let element = SecureElement.manufacture(
            CardConfiguration(.embedded, .init(holdsPaymentPackage: true)), identity: identity,
            random: SeededRandomSource(seed: 11)
        ) { _ in keys }
        return (element, keys)
    }

    /// A bank card: the payment applet, as its issuer personalizes it.
    static func payment(_ application: AID, _ data: PaymentPersonalization) throws -> WatchedCard {
        var (element, keys) = try blank()
        try TrustedStage.install(
            &element, keys, package: BuiltInModule.paymentPackage,
            [
                (
                    BuiltInModule.payment, application,
                    data.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
                )
            ])
        return WatchedCard(element)
    }

    /// A purse that holds an amount.
    static func purse(number: String, balance: UInt32) throws -> WatchedCard {
        func key(_ first: UInt8) throws -> PurseKey { try PurseKey(SecretBytes((0..<16).map { first + $0 })) }
        let data = try PurseApplicationData(
            number: number, start: [0x20, 0x26, 0x01, 0x01], expiry: [0x20, 0x36, 0x12, 0x31])
        let personalization = PursePersonalization(
            data, issuerKeys: PurseKeys(purchase: try key(0x10), load: try key(0x30), authentication: try key(0x50)),
            priority: 1)
        var (element, keys) = try blank()
        try TrustedStage.install(
            &element, keys, package: BuiltInModule.pursePackage,
            [
                (
                    BuiltInModule.purse, PurseFile.transport,
                    personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
                )
            ])
        try load(balance, personalization.keys, &element)
        return WatchedCard(element)
    }

    private static func load(_ amount: UInt32, _ keys: PurseKeys, _ element: inout SecureElement) throws {
        let terminal = try PurseTerminalNumber(hex: "A10000000001")
        _ = element.process(PurseFile.select(PurseFile.transport))
        let load = PurseLoad(amount: amount, terminal: terminal)
        let begun = try InitializedLoad(
            element.process(InitializeTransaction(for: .load, amount: amount, terminal: terminal).command).data)
        let session = PurseLoad.sessionKey(keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
        let moment = PurseMoment(1_795_780_800)
        let answer = element.process(CreditForLoad(moment: moment, mac2: load.mac2(session, at: moment)).command)
        guard answer.statusWord == .success else { throw CardRefused(answer.statusWord) }
        element.reset()
    }
}

/// What must not stand anywhere in what somebody has seen: bytes, and their hexadecimal digits as text.
struct Needles {
    private var forms: [[UInt8]] = []

    /// A number of digits: two in a byte from either half, and as text.
    mutating func add(digits: String) {
        forms.append(Array(digits.utf8))
        forms.append(Array(Array(digits.utf8).hex.utf8))
    }

    /// At least five bytes and not one byte over and over: anything else may be anywhere by chance.
    mutating func add(_ bytes: [UInt8]) {
        guard bytes.count >= 5, Set(bytes).count > 1 else { return }
        let digits = bytes.hex
        forms.append(Array(digits.utf8))
        forms.append(Array(Array(digits.utf8).hex.utf8))
        forms.append(Array(Array(digits.lowercased().utf8).hex.utf8))
    }

    /// All of what a card was told and answered.
    mutating func add(_ exchanges: [(command: CommandAPDU, response: ResponseAPDU)]) {
        for exchange in exchanges {
            add(exchange.command.bytes)
            add(exchange.command.data)
            // A piece is enough to know the rest by.
            for start in stride(from: 0, to: exchange.response.data.count, by: 8) {
                add(Array(exchange.response.data[start...].prefix(8)))
            }
        }
    }

    /// The forms that some messages hold. They are compared digit by digit, so that no form hides across bytes.
    func found(in messages: [[UInt8]]) -> [String] {
        let texts = messages.map { Array($0.hex.utf8) }
        return forms.filter { form in texts.contains { $0.contains(form) } }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
