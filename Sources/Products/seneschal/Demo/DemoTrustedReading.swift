import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import ISO7816
import MobileDevice
import SecureElement
import Synchronization
import TrustedReading

/// TNFC: an application in the TEE reads a purse through two applications in the secure element.
struct DemoTrustedReading {
    private let secureElement: InProcessCard<SecureElement>
    private let instances: TrustedReadingInstances
    private let keys: ReadingKeys

    init(
        _ secureElement: InProcessCard<SecureElement>, _ instances: TrustedReadingInstances, _ keys: ReadingKeys
    ) {
        self.secureElement = secureElement
        self.instances = instances
        self.keys = keys
    }

    func read(_ purse: InProcessCard<SecureElement>) async throws {
        chapter("A trusted application reads a purse through the secure element; the rich OS only carries (TNFC)")
        let application = try require(keys.applications.first)
        let identifier = [0x04] + SystemRandomSource().bytes(6)
        let controller = TrustedNFCController(
            pairing: keys.pairing,
            field: CardChannelField(
                purse.contactless,
                card: try require(ActivatedCard(identifier: identifier, answerToSelect: AnswerToSelect().bytes))))
        let watched = WatchedPipe(controller)
        let relay = RichOSRelay(
            secureElement: secureElement, controller: watched, firstApplication: instances.first,
            secondApplication: instances.second)
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
