public import CardCryptography
import ISO7816
public import TrustedReading

/// The NFC controller's end of channel 2, in front of a field. It does what SA2 says in a sealed frame, and nothing else:
/// any other message ends the link and switches the field off (TNFC).
public actor TrustedNFCController: ControllerPipe {
    /// Why the link ended the last time; for the device's own log.
    public private(set) var lastFailure: LinkError?

    private let pairing: AESKey
    private let field: any ReaderField
    private let random: any RandomSource
    private var link: ControllerLink?
    private var isFieldOn = false
    private var hasCard = false
    /// A message is being executed: another one is none that SA2 sent.
    private var isExecuting = false

    /// - Parameter pairing: the key that SA2 was personalized with.
    public init(pairing: AESKey, field: any ReaderField, random: any RandomSource = SystemRandomSource()) {
        self.pairing = pairing
        self.field = field
        self.random = random
    }

    /// Whether channel 2 has keys.
    public var isLinked: Bool { link != nil }

    public func exchange(_ message: [UInt8]) async -> [UInt8]? {
        guard !isExecuting else { return nil }
        isExecuting = true
        defer { isExecuting = false }
        guard !ControllerLink.isHello(message) else { return await greet(message) }
        let command: ControllerCommand
        do throws(LinkError) {
            guard link != nil else { throw .sessionOver }
            command = try take(message)
        } catch {
            await end(error)
            return nil
        }
        let event = await execute(command)
        return await answer(event, ending: command == .field(isOn: false))
    }

    /// SA2 begins; what there was before is over.
    private func greet(_ hello: [UInt8]) async -> [UInt8]? {
        await end(nil)
        do throws(LinkError) {
            let link = try ControllerLink(answering: hello, pairing: pairing, random: random)
            let answer = link.answer
            self.link = consume link
            return answer
        } catch {
            lastFailure = error
            return nil
        }
    }

    private func take(_ frame: [UInt8]) throws(LinkError) -> ControllerCommand {
        guard var link = self.link.take() else { throw .sessionOver }
        let command = try link.command(in: frame)
        self.link = consume link
        return command
    }

    private func answer(_ event: ControllerEvent, ending: Bool) async -> [UInt8]? {
        guard var link = self.link.take() else { return nil }
        do throws(LinkError) {
            let frame = try link.frame(of: event)
            if !ending { self.link = consume link }
            return frame
        } catch {
            await end(error)
            return nil
        }
    }

    /// The keys are gone and the field is off.
    private func end(_ failure: LinkError?) async {
        link = nil
        if let failure { lastFailure = failure }
        await switchOff()
    }

    private func switchOff() async {
        hasCard = false
        guard isFieldOn else { return }
        isFieldOn = false
        await field.switchOff()
    }
}

// MARK: - Commands

extension TrustedNFCController {
    private func execute(_ command: ControllerCommand) async -> ControllerEvent {
        switch command {
        case .field(isOn: true):
            isFieldOn = true
            return .field(isOn: true)
        case .field(isOn: false):
            await switchOff()
            return .deactivated(.fieldOff)
        case .poll(let technology, let milliseconds):
            guard isFieldOn else { return .deactivated(.notActivated) }
            hasCard = false
            guard let card = await field.activate(technology, within: .milliseconds(Int64(milliseconds))) else {
                return .deactivated(.noCard)
            }
            hasCard = true
            return .activated(card)
        case .apdu(let bytes):
            return await send(bytes)
        }
    }

    private func send(_ bytes: [UInt8]) async -> ControllerEvent {
        guard hasCard else { return .deactivated(.notActivated) }
        guard let command = try? CommandAPDU(bytes: bytes) else { return .apdu(ResponseAPDU(.wrongLength).bytes) }
        do throws(CardUnreachable) {
            let response = try await field.transmit(command).bytes
            guard response.count <= TrustedReading.messageLengthMax else {
                hasCard = false
                return .deactivated(.answerTooLong)
            }
            return .apdu(response)
        } catch {
            hasCard = false
            return .deactivated(.cardLost)
        }
    }
}
