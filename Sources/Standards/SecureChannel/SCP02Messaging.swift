import CardCryptography
import ISO7816

/// The wrapping of commands and responses in one SCP02 session: the half that both ends share.
///
/// Unlike SCP03 the C-MAC covers the plain command, and the data field is encrypted afterwards.
/// GPC v2.3.1 §E.3 and §E.4.
struct SCP02Messaging: Equatable, Sendable {
    let level: SCP02SecurityLevel
    let implementation: SCP02Implementation
    let keys: SCP02SessionKeys
    private(set) var state: State
    /// What happens to responses since BEGIN R-MAC SESSION; the level says it before.
    private(set) var responseMAC: ResponseMAC
    private var transition: Transition?

    /// The part of a session that moves with every command and every response.
    struct State: Equatable, Sendable {
        /// The last C-MAC, or the initial value of the first.
        var commandChain: UInt64
        /// The first initial value is never enciphered (§E.3.4).
        var isFirst = true
        /// The last R-MAC, or the C-MAC that opened the session.
        var responseChain: UInt64 = 0
        /// The command that the next response answers, as its R-MAC covers it.
        var answered: [UInt8] = []
    }

    /// Where the R-MACs go.
    enum ResponseMAC: Equatable, Sendable {
        case none
        /// Every response carries one.
        case everyResponse
        /// They are chained, and only END R-MAC SESSION returns the last.
        case atTheEnd
    }

    /// - Parameter initialValue: zero, or the MAC over the AID in an implicit session.
    init(
        _ keys: SCP02SessionKeys, implementation: SCP02Implementation, level: SCP02SecurityLevel,
        initialValue: UInt64 = 0
    ) {
        self.keys = keys
        self.implementation = implementation
        self.level = level
        state = State(commandChain: initialValue)
        responseMAC = level.hasResponseMAC ? .everyResponse : .none
    }

    /// The initial value of an implicit session: the retail MAC over the AID (§E.3.2).
    static func macOverAID(_ aid: AID, _ keys: SCP02SessionKeys) -> UInt64 {
        keys.mac.retailMACValue(aid.bytes, initialValue: 0)
    }

    static let macLength = 8
}

// MARK: - Commands

extension SCP02Messaging {
    /// The length of the data field of `command` once it is wrapped.
    func wrappedDataCount(_ command: CommandAPDU) -> Int {
        guard level.hasCommandMAC else { return command.data.count }
        return bodyCount(command.data.count) + Self.macLength
    }

    /// Appends the C-MAC and encrypts, as the level says.
    mutating func wrapCommand(_ command: CommandAPDU) -> CommandAPDU {
        noteAnswered(command, isExtended: command.isExtended || wrappedDataCount(command) > 255)
        guard level.hasCommandMAC else { return command }
        return append(to: command, encrypting: level.hasCommandDecryption && !command.data.isEmpty)
    }

    /// Appends the C-MAC of EXTERNAL AUTHENTICATE, which every level has (§E.5.2).
    mutating func wrapExternalAuthenticate(_ command: CommandAPDU) -> CommandAPDU {
        append(to: command, encrypting: false)
    }

    private mutating func append(to command: CommandAPDU, encrypting: Bool) -> CommandAPDU {
        let count = (encrypting ? bodyCount(command.data.count) : command.data.count) + Self.macLength
        let isExtended = command.isExtended || count > 255
        let mac = commandMAC(command, isExtended: isExtended)
        moveCommandChain(to: mac)
        return CommandAPDU(
            command.classByte.withSecureMessaging, command.instruction, command.p1, command.p2,
            data: (encrypting ? encrypted(command.data) : command.data) + mac.bigEndianBytes,
            expectedLength: command.expectedLength, isExtended: isExtended)
    }

    /// The C-MAC that opens the session is where the R-MACs start.
    private mutating func moveCommandChain(to mac: UInt64) {
        if state.isFirst { state.responseChain = mac }
        state.commandChain = mac
        state.isFirst = false
    }

    /// Decrypts, checks the C-MAC and moves the chain on, as the level says.
    mutating func unwrapCommand(_ command: CommandAPDU) throws(SecureChannelCardError) -> CommandAPDU {
        guard level.hasCommandMAC else {
            guard !command.classByte.indicatesSecureMessaging else { throw .secureMessagingNotExpected }
            noteAnswered(command, isExtended: command.isExtended)
            return command
        }
        let plain = try verify(command, decrypting: level.hasCommandDecryption)
        noteAnswered(plain, isExtended: command.isExtended)
        return plain
    }

    /// Checks the C-MAC of `command` and moves the chain on.
    ///
    /// - Returns: the plain command.
    mutating func verify(_ command: CommandAPDU, decrypting: Bool) throws(SecureChannelCardError) -> CommandAPDU {
        guard command.classByte == command.classByte.withSecureMessaging else { throw .secureMessagingMissing }
        let bodyCount = command.data.count - Self.macLength
        guard bodyCount >= 0 else { throw .commandMACMissing }
        var plain = command
        plain.classByte = command.classByte.withoutSecureMessaging
        plain.data.removeLast(Self.macLength)
        if decrypting, bodyCount > 0 {
            guard let data = decrypted(plain.data) else { throw .invalidCommandPadding }
            plain.data = data
        }
        let mac = commandMAC(plain, isExtended: command.isExtended)
        guard Self.matches(mac, command.data) else { throw .commandMACMismatch }
        moveCommandChain(to: mac)
        return plain
    }

    /// Retail MAC over CLA INS P1 P2 | Lc | plain data (§E.4.4). Modified, the class says secure messaging and Lc
    /// counts the C-MAC. The logical channel is no part of it; an extended Lc has three bytes.
    private func commandMAC(_ plain: CommandAPDU, isExtended: Bool) -> UInt64 {
        let isUnmodified = implementation.coversUnmodifiedCommand
        let classByte = isUnmodified ? plain.classByte.withoutSecureMessaging : plain.classByte.withSecureMessaging
        let message = Self.message(
            classByte, plain, length: plain.data.count + (isUnmodified ? 0 : Self.macLength), isExtended: isExtended)
        var initialValue = state.commandChain
        if implementation.encryptsInitialValue, !state.isFirst {
            initialValue = keys.mac.encryptWithFirstKey(initialValue)
        }
        return keys.mac.retailMACValue(message, initialValue: initialValue)
    }

    private static func message(
        _ classByte: ClassByte, _ plain: CommandAPDU, length: Int, isExtended: Bool
    ) -> [UInt8] {
        var message: [UInt8] = []
        // Room for the longest header and for what an R-MAC adds.
        message.reserveCapacity(plain.data.count + 16)
        message += [classByte.onBasicChannel.rawValue, plain.instruction, plain.p1, plain.p2]
        if isExtended { message += [0, UInt8(truncatingIfNeeded: length >> 8)] }
        message.append(UInt8(truncatingIfNeeded: length))
        message += plain.data
        return message
    }

    private func bodyCount(_ plainCount: Int) -> Int {
        level.hasCommandDecryption && plainCount > 0
            ? PaddingMethod2.paddedCount(plainCount, blockLength: TripleDES.blockLength) : plainCount
    }

    /// CBC from an initial value of zeros over the padded data (§E.4.6).
    private func encrypted(_ data: [UInt8]) -> [UInt8] {
        do {
            return try keys.enc.encryptCBC(PaddingMethod2.padded(data, blockLength: TripleDES.blockLength))
        } catch {
            preconditionFailure("the data was padded to whole blocks: \(error)")
        }
    }

    private func decrypted(_ data: [UInt8]) -> [UInt8]? {
        guard let plain = try? keys.enc.decryptCBC(data) else { return nil }
        return try? PaddingMethod2.unpadded(plain, blockLength: TripleDES.blockLength)
    }
}

// MARK: - Responses

extension SCP02Messaging {
    /// Appends the R-MAC where responses carry one; to a refusal too, which SCP03 leaves bare.
    mutating func wrapResponse(_ response: ResponseAPDU) -> ResponseAPDU {
        defer { finishTransition(response) }
        let responseMAC = transition?.during ?? responseMAC
        guard responseMAC != .none else { return response }
        let mac = moveResponseChain(response)
        guard responseMAC == .everyResponse else { return response }
        return ResponseAPDU(response.statusWord, data: response.data + mac.bigEndianBytes)
    }

    /// Checks and takes off the R-MAC where responses carry one. A bare refusal is taken for what it is, a claim that
    /// anybody can make: cards are met that send no data with it.
    mutating func unwrapResponse(_ response: ResponseAPDU) throws(SecureChannelError) -> ResponseAPDU {
        defer { finishTransition(response) }
        let responseMAC = transition?.during ?? responseMAC
        guard responseMAC != .none else { return response }
        guard responseMAC == .everyResponse else {
            _ = moveResponseChain(response)
            return response
        }
        if response.statusWord.isRefusal, response.data.isEmpty { return response }
        guard response.data.count >= Self.macLength else { throw .responseMACMissing }
        let plain = ResponseAPDU(response.statusWord, data: Array(response.data.dropLast(Self.macLength)))
        let mac = moveResponseChain(plain)
        guard Self.matches(mac, response.data) else { throw .responseMACMismatch }
        return plain
    }

    /// Whether `data` ends in `mac`; in constant time.
    private static func matches(_ mac: UInt64, _ data: [UInt8]) -> Bool {
        data.withUnsafeBytes { data in
            withUnsafeBytes(of: mac.bigEndian) { mac in
                constantTimeEqual(UnsafeRawBufferPointer(rebasing: data.suffix(macLength)), mac)
            }
        }
    }

    /// What the R-MAC covers of a command: in plain, without the indication of secure messaging, Lc `00` without data,
    /// in the form in which it was sent.
    private mutating func noteAnswered(_ plain: CommandAPDU, isExtended: Bool) {
        guard implementation.supportsResponseMAC else { return }
        state.answered = Self.message(
            plain.classByte.withoutSecureMessaging, plain, length: plain.data.count, isExtended: isExtended)
    }

    /// Retail MAC over the command | Li (1) | response data | SW1 SW2 (§E.4.5).
    private mutating func moveResponseChain(_ response: ResponseAPDU) -> UInt64 {
        var message = state.answered
        message.append(UInt8(truncatingIfNeeded: response.data.count))
        message += response.data
        message += [response.statusWord.sw1, response.statusWord.sw2]
        state.responseChain = keys.responseMAC.retailMACValue(message, initialValue: state.responseChain)
        return state.responseChain
    }
}

// MARK: - R-MAC sessions

extension SCP02Messaging {
    /// What an R-MAC session changes, while its command is answered and afterwards.
    struct Transition: Equatable, Sendable {
        var during: ResponseMAC
        var after: ResponseMAC
    }

    /// Takes up BEGIN or END R-MAC SESSION, which the next response accepts or refuses. §E.5.3 and §E.5.4.
    mutating func announce(_ command: ResponseMACSessionCommand) throws(SecureChannelCardError) {
        switch command {
        case .begin(let scope, _):
            guard implementation.supportsResponseMAC else { throw .levelNotSupported(scope.rawValue) }
            guard responseMAC == .none else { throw .responseMACSessionInForce }
            transition = Transition(during: .none, after: scope == .everyResponse ? .everyResponse : .atTheEnd)
        case .end(let isOver):
            // What EXTERNAL AUTHENTICATE agreed on lasts as long as the session.
            guard responseMAC != .none, !level.hasResponseMAC else { throw .noResponseMACSession }
            transition = Transition(during: .everyResponse, after: isOver ? .none : responseMAC)
        }
    }

    private mutating func finishTransition(_ response: ResponseAPDU) {
        guard let transition else { return }
        if !response.statusWord.isRefusal { responseMAC = transition.after }
        self.transition = nil
    }
}

extension UInt64 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
