import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import GlobalPlatform
import ISO7816
import MobileDevice
import SecureChannel
import SecureElement
import Synchronization
import TrustedReading

/// TNFC: an application in the TEE reads a purse through two applications in the secure element.
struct DemoTrustedReading {
    private let first: AID = "F053454E45534348414C54520001"
    private let second: AID = "F053454E45534348414C54520002"

    func read() async throws {
        chapter("A trusted application reads the purse through the secure element; the rich OS only carries (TNFC)")
        let pairing = try AESKey(SecretBytes.random(count: 16))
        let application = try require(ReadingApplicationKeys(version: 1, keys: SCP03KeySet.random(.aes128)))
        var telephone = try DemoCard()
        try telephone.install(installations(application, pairing))
        let purse = InProcessCard(try DemoGate.card(DemoGate.issuerKeys(), loadedWith: 1_234))
        let identifier = [0x04] + SystemRandomSource().bytes(6)
        let controller = TrustedNFCController(
            pairing: pairing,
            field: CardChannelField(
                purse.contactless,
                card: try require(ActivatedCard(identifier: identifier, answerToSelect: AnswerToSelect().bytes))))
        let watched = WatchedPipe(controller)
        let relay = RichOSRelay(
            secureElement: telephone.inHand(), controller: watched, firstApplication: first, secondApplication: second)
        let reader = TrustedReader(application) { command throws(CardUnreachable) in try await relay.exchange(command) }
        try await reader.open()
        try await reader.poll(.typeA, within: .seconds(2))
        let selection = try await reader.channel.transmit(PurseFile.select(PurseFile.transport))
        let balance = try GetBalance.balance(in: try await reader.channel.transmit(GetBalance().command).data)
        let number = try PurseSelection(answer: selection.data).applicationData?.number ?? "?"
        await reader.close()
        say("the TEE reads       purse \(number.prefix(6))…\(number.suffix(4)), \(balance) cents")
        let seen = watched.seen
        let plain = Array(number.utf8) + GetBalance().command.bytes
        guard !seen.contains(where: { $0.contains(GetBalance().command.bytes) }), !plain.isEmpty else {
            throw CommandFailure(.refused, "the rich operating system has read a command")
        }
        say(
            "the rich OS saw     \(seen.count) messages, \(seen.reduce(0) { $0 + $1.count }) bytes, no command in clear"
        )
    }

    private func installations(
        _ application: ReadingApplicationKeys, _ pairing: AESKey
    ) throws -> [TestApplication] {
        let secret = SecretBytes.random(count: 16).revealed()
        let keys = [application.keys.enc, application.keys.mac, application.keys.dek].flatMap { $0.bytes.revealed() }
        func made(_ aid: AID, _ module: AID, _ groupings: [DataGrouping]) -> TestApplication {
            TestApplication(
                aid: aid, package: BuiltInModule.trustedReadingPackage, module: module, runs: [groupings])
        }
        return [
            made(
                first, BuiltInModule.firstSecurity,
                [DataGrouping(0x0001, second.bytes), DataGrouping(0x8001, secret), DataGrouping(0x8101, keys)]),
            made(
                second, BuiltInModule.secondSecurity,
                [
                    DataGrouping(0x0001, [UInt8(first.bytes.count)] + first.bytes), DataGrouping(0x8001, secret),
                    DataGrouping(0x8002, pairing.bytes.revealed()),
                ]),
        ]
    }
}

/// The rich operating system's end of the pipe to the NFC controller, and everything that it sees there.
private final class WatchedPipe: ControllerPipe {
    private let controller: any ControllerPipe
    private let messages = Mutex<[[UInt8]]>([])

    init(_ controller: any ControllerPipe) { self.controller = controller }

    var seen: [[UInt8]] { messages.withLock { $0 } }

    func exchange(_ message: [UInt8]) async -> [UInt8]? {
        messages.withLock { $0.append(message) }
        let answer = await controller.exchange(message)
        if let answer { messages.withLock { $0.append(answer) } }
        return answer
    }
}
