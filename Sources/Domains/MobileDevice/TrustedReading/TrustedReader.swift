public import CardCryptography
public import ISO7816
import SecureChannel
public import TrustedReading

/// A TEE application that reads a contactless card through the secure element; the rich operating system between them sees
/// ciphertext (TNFC).
///
///     let reader = TrustedReader(keys, relay: relay.exchange)
///     try await reader.open()
///     let card = try await reader.poll(.typeA, within: .seconds(2))
///     let message = try await Type4TagReader(reader.channel).read()
///     await reader.close()
///
/// Whatever fails ends the session and erases its keys; ``open()`` begins another one. A card that was lost ends nothing:
/// it is polled for again.
public actor TrustedReader {
    /// Carries a command to SA1 and brings its response.
    public typealias Relay = @Sendable (CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU

    private let keys: ReadingApplicationKeys
    private let relay: Relay
    private let random: any RandomSource
    private var session: ReadingSession?
    private var technology = ReaderTechnology.typeA
    private var patience = Duration.seconds(1)
    private var isBusy = false
    /// The card that is in the field.
    public private(set) var card: ActivatedCard?
    /// The number that SA1 gave this session; `nil` while there is none.
    public private(set) var channelNumber: UInt8?

    public init(_ keys: ReadingApplicationKeys, random: any RandomSource = SystemRandomSource(), relay: @escaping Relay)
    {
        self.keys = keys
        self.random = random
        self.relay = relay
    }

    /// The card in the field as anything reads it that reads cards. Its reset polls again.
    public nonisolated var channel: TrustedCardChannel { TrustedCardChannel(self) }

    /// Opens channel 1 to SA1, and through it channel 2; the field is on then.
    public func open() async throws(TrustedReadingError) {
        try begin()
        defer { isBusy = false }
        guard session == nil else { throw .outOfTurn }
        let opened = try await established()
        channelNumber = opened.channelNumber
        session = consume opened
        do throws(TrustedReadingError) {
            try await expectDone(.open)
            guard case .field(isOn: true) = try await event() else { throw .misbehaved }
        } catch {
            end()
            throw error
        }
    }

    /// Waits for a card.
    @discardableResult
    public func poll(
        _ technology: ReaderTechnology = .typeA, within limit: Duration = .seconds(1)
    ) async throws(TrustedReadingError) -> ActivatedCard {
        try begin()
        defer { isBusy = false }
        card = nil
        self.technology = technology
        patience = limit
        let milliseconds = limit.components.seconds * 1_000 + limit.components.attoseconds / 1_000_000_000_000_000
        try await expectDone(.poll(technology, milliseconds: UInt16(clamping: milliseconds)))
        guard case .activated(let found) = try await event() else { throw ended(.misbehaved) }
        card = found
        return found
    }

    /// Polls for the card as before.
    public func pollAgain() async throws(TrustedReadingError) { try await poll(technology, within: patience) }

    /// Sends one command to the card in the field.
    public func transmit(_ command: CommandAPDU) async throws(TrustedReadingError) -> ResponseAPDU {
        try begin()
        defer { isBusy = false }
        guard card != nil else { throw session == nil ? .noSession : .noCard }
        let bytes = command.bytes
        guard bytes.count < TrustedReading.messageLengthMax else { throw .commandTooLong(bytes.count) }
        for start in stride(from: 0, to: bytes.count, by: ReadingRequest.pieceLengthMax) {
            let piece = Array(bytes[start...].prefix(ReadingRequest.pieceLengthMax))
            try await expectDone(.transmit(piece, isLast: start + piece.count == bytes.count))
        }
        guard case .apdu(let answer) = try await event(), let response = try? ResponseAPDU(bytes: answer) else {
            throw ended(.misbehaved)
        }
        return response
    }

    /// Switches the field off and erases the keys at both ends. It cannot fail here: what the relay does not carry is over
    /// all the same.
    public func close() async {
        guard !isBusy else { return }
        isBusy = true
        _ = try? await ask(.close)
        end()
        isBusy = false
    }

    /// One after the other: a session has one owner.
    private func begin() throws(TrustedReadingError) {
        guard !isBusy else { throw .outOfTurn }
        isBusy = true
    }

    private func end() {
        session = nil
        channelNumber = nil
        card = nil
    }

    private func ended(_ error: TrustedReadingError) -> TrustedReadingError {
        end()
        return error
    }
}

// MARK: - Channel 1

extension TrustedReader {
    private func established() async throws(TrustedReadingError) -> ReadingSession {
        let handshake: ReadingHandshake
        do throws(SecureChannelError) { handshake = try ReadingHandshake(keys, random: random) } catch {
            throw .notAuthenticated(error)
        }
        let challenged = try await carry(handshake.initializeUpdate)
        let pending: ReadingPending
        do throws(SecureChannelError) { pending = try handshake.authenticated(by: challenged) } catch {
            throw .notAuthenticated(error)
        }
        let accepted = try await carry(pending.externalAuthenticate)
        do throws(SecureChannelError) { return try pending.opened(by: accepted) } catch {
            throw .notAuthenticated(error)
        }
    }

    private func carry(_ command: CommandAPDU) async throws(TrustedReadingError) -> ResponseAPDU {
        do throws(CardUnreachable) { return try await relay(command) } catch { throw ended(.withheld(error)) }
    }

    private func ask(_ request: ReadingRequest) async throws(TrustedReadingError) -> ReadingAnswer {
        guard var session = session.take() else { throw .noSession }
        let command: CommandAPDU
        do throws(SecureChannelError) { command = try session.wrap(request) } catch {
            throw ended(.sessionEnded(.channel(error)))
        }
        let response = try await carry(command)
        do throws(ReadingSessionError) {
            let answer = try session.unwrap(response)
            self.session = consume session
            return answer
        } catch {
            throw ended(.sessionEnded(error))
        }
    }

    private func expectDone(_ request: ReadingRequest) async throws(TrustedReadingError) {
        switch try await ask(request) {
        case .done: return
        case .busy: throw ended(.busy)
        case .linkFailed(let failure): throw ended(.linkFailed(failure))
        case .tooLong, .outOfTurn, .event, .pending: throw ended(.misbehaved)
        }
    }

    /// What the NFC controller said to the last request.
    private func event() async throws(TrustedReadingError) -> ControllerEvent {
        var bytes: [UInt8] = []
        while true {
            switch try await ask(.collect) {
            case .event(let piece, let isLast):
                bytes += piece
                guard bytes.count <= TrustedReading.messageLengthMax + 1 else { throw ended(.misbehaved) }
                if isLast { return try told(bytes) }
            case .linkFailed(let failure): throw ended(.linkFailed(failure))
            case .pending:
                // The message did not reach the controller, or its answer did not come back: the reading is given up.
                _ = try? await ask(.close)
                throw ended(.controllerSilent)
            case .done, .busy, .outOfTurn, .tooLong: throw ended(.misbehaved)
            }
        }
    }

    private func told(_ bytes: [UInt8]) throws(TrustedReadingError) -> ControllerEvent {
        guard let event = try? ControllerEvent(bytes: bytes) else { throw ended(.misbehaved) }
        guard case .deactivated(let reason) = event else { return event }
        card = nil
        switch reason {
        case .noCard, .notActivated: throw .noCard
        case .cardLost: throw .cardLost
        case .answerTooLong: throw .answerTooLong
        case .fieldOff: throw ended(.misbehaved)
        }
    }
}
