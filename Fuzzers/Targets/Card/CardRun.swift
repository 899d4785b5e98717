import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// One card under one script: after every command it is looked at as a whole.
struct CardRun: ~Copyable {
    var card: SecureElement
    /// Secured commands that the card executed.
    private(set) var accepted = 0
    private var sessions: [Session?]
    private var state: [UInt8]

    /// The host's end of a session, in a box because an array of what cannot be copied is none.
    private final class Session {
        var channel: SecureChannelSession

        init(_ channel: consuming SecureChannelSession) { self.channel = channel }

        /// The command secured, and cut where it may be and has to be.
        func parts(of command: CommandAPDU) -> [CommandAPDU]? {
            if let wrapped = try? channel.wrap(command) { return [wrapped] }
            return try? channel.wrapChained(command)
        }
    }

    private static let chained = [InstallCommand.instruction, PutKeyCommand.instruction, DeleteCommand.instruction]

    /// A longer response fits no short one.
    private static let responseLengthMax = 256

    init(_ card: SecureElement) {
        self.card = card
        sessions = Array(repeating: nil, count: SecureElement.channelsMax)
        state = card.persistentState
    }

    /// What encrypts new keys in the session on a channel; without a session nothing that the card could read.
    func encryption(on channel: Int) -> CardTemplates.Encryption {
        let session = sessions[channel]
        return { session?.channel.encryptKey($0) ?? [UInt8](repeating: 0, count: 16) }
    }

    /// Power off and on.
    mutating func reset() throws(FuzzViolation) {
        card.reset()
        for channel in sessions.indices { sessions[channel] = nil }
        try require(card.persistentState == state, "power off and on changes nothing that is stored")
    }

    /// Sends a command as it is; a session that was open on its channel is not used any further.
    @discardableResult
    mutating func send(_ command: CommandAPDU) throws(FuzzViolation) -> ResponseAPDU {
        let channel = command.classByte.logicalChannel
        if channel < sessions.count { sessions[channel] = nil }
        return try process(command)
    }

    /// Sends a command through the session on `channel`, in parts when it is long; without a session, in plain.
    @discardableResult
    mutating func secure(
        _ command: CommandAPDU, channel: Int, _ alter: (CommandAPDU) -> CommandAPDU = { $0 }
    ) throws(FuzzViolation) -> ResponseAPDU? {
        guard let session = sessions[channel] else { return try send(command.on(channel)) }
        guard let parts = session.parts(of: command.on(channel)) else { return nil }
        for part in parts.dropLast() { try process(part) }
        guard let last = parts.last else { return nil }
        let sent = alter(last)
        let response = try process(sent)
        guard sent == last, response.statusWord != .securityStatusNotSatisfied else {
            sessions[channel] = nil
            return response
        }
        // A part of a chain is answered bare, and what follows would be joined to it.
        guard !Self.chained.contains(sent.instruction) || !BodyChaining.announcesMore(sent) else {
            sessions[channel] = nil
            return response
        }
        // SCP02 chains the R-MACs of refusals too. A refusal without one ended the session.
        guard let plain = try? session.channel.unwrap(response) else {
            sessions[channel] = nil
            try require(response.statusWord.isRefusal, "the host reads what the card answers to \(command)")
            return response
        }
        if !plain.statusWord.isRefusal { accepted += 1 }
        return plain
    }

    /// SELECTs a security domain and opens a session with it.
    ///
    /// - Returns: whether the card took part.
    @discardableResult
    mutating func open(
        _ domain: AID, _ keys: SecureChannelKeySet, _ level: SecurityLevel, version: UInt8 = 0, channel: Int
    ) throws(FuzzViolation) -> Bool {
        guard try !send(SelectCommand(domain).command.on(channel)).statusWord.isRefusal else { return false }
        for mode in [SCP03Mode.s8, .s16] {
            guard
                let handshake = try? SecureChannelHandshake(
                    level: level, mode: mode, scp02: FuzzedCard.scp02, keyVersionNumber: version,
                    hostChallenge: ConstantRandomSource().bytes(mode.length), logicalChannel: channel)
            else { continue }
            let answer = try send(handshake.initializeUpdate)
            guard let pending = try? handshake.authenticated(by: answer, keys: keys) else { continue }
            let response = try send(pending.externalAuthenticate)
            guard let opened = try? pending.opened(by: response) else { return false }
            sessions[channel] = Session(opened)
            return true
        }
        return false
    }

    /// Sends a secured command that the card has to execute.
    mutating func expectSuccess(_ command: CommandAPDU) throws(FuzzViolation) {
        let response = try secure(command, channel: 0)
        try require(response?.statusWord == .success, "\(command) is executed, not \(response?.statusWord as Any)")
    }

    /// The command, and what holds after every one.
    @discardableResult
    private mutating func process(_ command: CommandAPDU) throws(FuzzViolation) -> ResponseAPDU {
        let revision = card.persistentRevision
        let response = card.process(command)
        try require(response.data.count <= Self.responseLengthMax, "a response to \(command) fits a short one")
        guard card.persistentRevision != revision else { return response }
        try require(!response.statusWord.isRefusal, "\(command) was refused and changes nothing that is stored")
        let after = card.persistentState
        try require(after != state, "\(command) is announced to be stored only when it changes something")
        state = after
        try card.checkRoundTrip()
        return response
    }

    /// Whether anything that is stored has changed and was not announced, a refused command's effect above all. Once,
    /// at the end: what one command did in silence the next does not undo.
    func finish() throws(FuzzViolation) {
        try require(card.persistentState == state, "every change of what is stored is announced")
    }
}

extension CommandAPDU {
    /// The same command on a logical channel.
    func on(_ channel: Int) -> CommandAPDU {
        var command = self
        command.classByte = classByte.on(channel: channel) ?? classByte
        return command
    }
}
