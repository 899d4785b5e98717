import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

/// docs/decisions/0010-a-token-works-once.md
@Suite("A token works once")
struct TokenReplayTests {
    static let install = DelegatedCard.instantiate(DelegatedCard.application)
    static let delete = DeleteCommand.object(DelegatedCard.application, withRelated: false).command

    @Test("TSM-28: a token is refused when it comes again, with a number and without", arguments: KeyKind.allCases)
    func replay(kind: KeyKind) throws {
        var card = try DelegatedCard(kind.key).before(0)
        let numbered = try card.signed(Self.install, number: 5)
        let bare = try card.signed(Self.delete)
        #expect(try card.send(numbered).statusWord == .success)
        #expect(try card.send(bare).statusWord == .success)
        try card.expectRefusal(numbered, .conditionsOfUseNotSatisfied)
        #expect(try card.send(card.signed(Self.install, number: 6)).statusWord == .success)
        try card.expectRefusal(bare, .conditionsOfUseNotSatisfied)
    }

    @Test("numbers rise: a lower one than the last, or none at all, comes too late; gaps are allowed")
    func risingNumbers() throws {
        var card = try DelegatedCard().before(0)
        try card.expectRefusal(card.signed(Self.install, number: 0), .conditionsOfUseNotSatisfied)
        try card.expectRefusal(card.signed(Self.install, number: 1), .conditionsOfUseNotSatisfied, "the load had it")
        #expect(try card.send(card.signed(Self.install, number: 100)).statusWord == .success)
        try card.expectRefusal(card.signed(Self.delete, number: 99), .conditionsOfUseNotSatisfied)
        #expect(try card.send(card.signed(Self.delete, number: .max)).statusWord == .success)
        try card.expectRefusal(card.signed(Self.install, number: .max), .conditionsOfUseNotSatisfied)
    }

    @Test("the last 32 tokens without a number are remembered, and no more")
    func bound() throws {
        var card = try DelegatedCard().before(0)
        let first = try card.signed(Self.install)
        #expect(try card.send(first).statusWord == .success)
        #expect(try card.send(card.approved(Self.delete)).statusWord == .success)
        for index in 1..<DelegationRecord.fingerprintsMax {
            // The parameters make each a command of its own.
            let other = InstallCommand.forInstall(
                .init(
                    executableLoadFile: DelegatedCard.package.aid, executableModule: DelegatedCard.module,
                    application: DelegatedCard.application, parameters: .applicationSpecific([UInt8(index)])))
            #expect(try card.send(card.signed(other.command)).statusWord == .success)
            #expect(try card.send(card.approved(Self.delete)).statusWord == .success)
            try card.expectRefusal(first, .conditionsOfUseNotSatisfied)
        }
        var record = try #require(card.card.element.memory.securityDomain(DelegatedCard.central)).delegation
        #expect(record.fingerprints.count == 32)
        let other = try card.signed(DelegatedCard.instantiate(DelegatedCard.otherApplication))
        #expect(try card.send(other).statusWord == .success)
        #expect(try card.send(first).statusWord == .success, "it has been forgotten")
        record = try #require(card.card.element.memory.securityDomain(DelegatedCard.central)).delegation
        #expect(record.fingerprints.count == 32)
    }

    @Test("of an ECDSA signature the twin (r, n - s) is no other token")
    func malleability() throws {
        var card = try DelegatedCard(KeyKind.p256.key).before(0)
        let command = try card.signed(Self.install)
        #expect(try card.send(command).statusWord == .success)
        #expect(try card.send(card.approved(Self.delete)).statusWord == .success)
        let bearing = try TokenBearingCommand(command)
        let twin = Array(bearing.token.prefix(32)) + Self.negated(Array(bearing.token.suffix(32)))
        #expect(KeyKind.p256.key.verificationKey.isValid(twin, over: bearing.signedData))
        try card.expectRefusal(bearing.command(token: twin), .conditionsOfUseNotSatisfied)
        #expect(try card.send(card.signed(Self.install)).statusWord == .success, "a fresh signature is a fresh token")
    }

    /// The order of P-256 (SP 800-186 §3.2.1.3) less `number`.
    private static func negated(_ number: [UInt8]) -> [UInt8] {
        let order: [UInt8] =
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
            + [0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51]
        var borrow = 0
        return zip(order, number).reversed().map { digit, subtrahend in
            let difference = Int(digit) - Int(subtrahend) - borrow
            borrow = difference < 0 ? 1 : 0
            return UInt8(truncatingIfNeeded: difference)
        }.reversed()
    }

    @Test("a refused command does not use its token up")
    func refusedCommand() throws {
        var card = try DelegatedCard().before(0)
        #expect(try card.send(card.approved(Self.install)).statusWord == .success)
        let again = try card.signed(Self.install, number: 50)
        try card.expectRefusal(again, .incorrectData, "the AID is taken")
        #expect(try card.send(card.signed(Self.delete, number: 49)).statusWord == .success)
        #expect(try card.send(again).statusWord == .success)
    }

    @Test("a load that was cut can be begun again with its token; one that was finished cannot")
    func cutLoad() throws {
        var card = try DelegatedCard()
        let package = try DelegatedCard.loading()
        let announcement = try card.approved(package.announcement())
        let blocks = try package.blocks()
        #expect(try card.send([announcement] + blocks.dropLast()).allSatisfy { $0.statusWord == .success })
        card.card.element.reset()
        #expect(try card.send([announcement] + blocks).allSatisfy { $0.statusWord == .success })
        let delete = DeleteCommand.object(package.aid, withRelated: false).command
        #expect(try card.send(card.approved(delete)).statusWord == .success)
        try card.expectRefusal(announcement, .conditionsOfUseNotSatisfied)
    }

    @Test("of two loads announced with one token the first is registered and the other refused")
    func twoLoads() throws {
        var card = try DelegatedCard()
        let package = try DelegatedCard.loading()
        let announcement = try card.signed(package.announcement())
        let blocks = try package.blocks()
        let channel = Int(card.card.transmit(ManageChannelCommand.open(channel: nil).command).data[0])
        var first = try OpenSession(DelegatedCard.domain, &card.card, keys: DelegatedCard.keys)
        #expect(try first.send(announcement, &card.card).statusWord == .success)
        for block in blocks.dropLast() { try first.send(block, &card.card) }
        var second = try OpenSession(DelegatedCard.domain, &card.card, keys: DelegatedCard.keys, channel: channel)
        for command in [announcement] + blocks { #expect(try second.send(command, &card.card).statusWord == .success) }
        let delete = try card.approved(DeleteCommand.object(package.aid, withRelated: false).command)
        #expect(try second.send(delete, &card.card).statusWord == .success)
        let before = card.card.element.memory
        #expect(try first.send(blocks[blocks.count - 1], &card.card) == ResponseAPDU(.conditionsOfUseNotSatisfied))
        #expect(card.card.element.memory == before)
    }

    @Test("what was used is used for ever: a card that was stored and read again knows")
    func persistence() throws {
        var card = try DelegatedCard().before(0)
        let numbered = try card.signed(Self.install, number: 5)
        let bare = try card.signed(Self.delete)
        #expect(try card.send([numbered, bare]).allSatisfy { $0.statusWord == .success })
        let stored = card.card.element.persistentState
        card.card.element = try SecureElement(persistentState: stored)
        try card.expectRefusal(numbered, .conditionsOfUseNotSatisfied)
        #expect(try card.send(card.signed(Self.install, number: 6)).statusWord == .success)
        try card.expectRefusal(bare, .conditionsOfUseNotSatisfied)
    }

    @Test("operation, used token and receipt are one write: a cut leaves all of them or none")
    func oneWrite() throws {
        var card = try DelegatedCard()
        let loading = try DelegatedCard.loading()
        var commands = [try card.approved(loading.announcement())] + (try loading.blocks())
        let writes = [Int](repeating: 0, count: commands.count - 1) + [Int](repeating: 1, count: 10)
        for (command, _) in DelegatedCard.operations { commands.append(try card.approved(command)) }
        var session = try OpenSession(DelegatedCard.domain, &card.card, keys: DelegatedCard.keys)
        for (command, expected) in zip(commands, writes) {
            let before = card.card.element
            #expect(try session.send(command, &card.card).statusWord == .success)
            let after = card.card.element
            #expect(after.persistentRevision == before.persistentRevision + UInt64(expected), "\(command)")
            let record = after.memory.securityDomain(DelegatedCard.central)?.delegation
            let former = before.memory.securityDomain(DelegatedCard.central)?.delegation
            #expect((record != former) == (expected == 1))
            #expect(try SecureElement(persistentState: after.persistentState).memory == after.memory)
        }
        #expect(commands.count == writes.count)
    }

    @Test("when the receipts of a card are used up, nothing more is done by token")
    func counterEnd() throws {
        var card = try DelegatedCard().before(0)
        card.card.element.memory.updateSecurityDomain(DelegatedCard.central) {
            $0.delegation.confirmationCounter = .max - 1
        }
        let last = try card.send(card.approved(Self.install))
        #expect(try Receipt.read(last.data)?.confirmation.counter == .max)
        try card.expectRefusal(card.approved(Self.delete), .conditionsOfUseNotSatisfied)
    }

    @Test("a card whose receipts have no key confirms nothing, and counts nothing")
    func noReceiptKey() throws {
        var card = try DelegatedCard(receiptKey: nil).before(0)
        #expect(try card.send(card.approved(Self.install)) == ResponseAPDU(.success, data: [0x00]))
        #expect(card.card.element.memory.securityDomain(DelegatedCard.central)?.delegation.confirmationCounter == 0)
    }
}
