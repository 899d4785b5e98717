import CardCryptography
import ISO7816

/// The wrapping of commands and responses in one session: the half that both ends share.
///
/// Every key is scheduled once per session, the first time it is needed; a command costs no key schedule and one array.
/// GPC Amendment D v1.2 §6.2.4 to §6.2.7.
struct SecureMessaging: Sendable {
    let level: SecurityLevel
    let mode: SCP03Mode
    /// What the last command left behind.
    private(set) var state: State
    private let keys: SCP03SessionKeys
    private var commandMAC: AESCMAC
    private var responseMAC: AESCMAC?
    private var counterCipher: AESECB?
    private var dataCipher: AESCBC

    /// The part of a session that moves with every command, and against which its response is judged.
    struct State: Equatable, Sendable {
        /// The full C-MAC of the last command; zero before EXTERNAL AUTHENTICATE.
        var macChainingValue = AESBlock.zero
        /// The number of commands since EXTERNAL AUTHENTICATE; 1 for the first.
        var encryptionCounter: UInt64 = 0
    }

    /// - Parameter commandMAC: keyed with `keys.mac`.
    init(_ keys: SCP03SessionKeys, commandMAC: AESCMAC, level: SecurityLevel, mode: SCP03Mode, state: State = State()) {
        self.keys = keys
        self.commandMAC = commandMAC
        self.level = level
        self.mode = mode
        self.state = state
        dataCipher = AESCBC(key: keys.enc)
    }
}

extension SecureMessaging: Equatable {
    static func == (left: SecureMessaging, right: SecureMessaging) -> Bool {
        left.level == right.level && left.mode == right.mode && left.state == right.state && left.keys == right.keys
    }
}

// MARK: - Commands

extension SecureMessaging {
    /// The length of the data field of `command` once it is wrapped.
    func wrappedDataCount(_ command: CommandAPDU) -> Int {
        level.hasCommandMAC ? bodyCount(command.data.count) + mode.length : command.data.count
    }

    /// Encrypts, as the level says, and appends the C-MAC.
    mutating func wrapCommand(_ command: CommandAPDU) -> CommandAPDU {
        guard level.hasCommandMAC else { return command }
        state.encryptionCounter += 1
        return append(to: command, encrypting: level.hasCommandDecryption && !command.data.isEmpty)
    }

    /// Appends the C-MAC of EXTERNAL AUTHENTICATE, which every level has (§6.2.3).
    mutating func wrapExternalAuthenticate(_ command: CommandAPDU) -> CommandAPDU {
        append(to: command, encrypting: false)
    }

    private mutating func append(to command: CommandAPDU, encrypting: Bool) -> CommandAPDU {
        let plainCount = command.data.count
        let bodyCount = encrypting ? PaddingMethod2.paddedCount(plainCount, blockLength: 16) : plainCount
        let count = bodyCount + mode.length
        let classByte = command.classByte.withSecureMessaging
        let isExtended = command.isExtended || count > 255
        let data = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            let body = UnsafeMutableRawBufferPointer(rebasing: target[..<bodyCount])
            body.copyBytes(from: command.data)
            if encrypting {
                Self.pad(body, from: plainCount)
                dataCipher.encrypt(inPlace: body, initialValue: initialValue(.command, state))
            }
            let tag = commandTag(
                command, classByte: classByte, count: count, isExtended: isExtended, body: UnsafeRawBufferPointer(body))
            state.macChainingValue = tag
            withUnsafeBytes(of: tag) { tag in
                UnsafeMutableRawBufferPointer(rebasing: target[bodyCount...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: tag.prefix(mode.length)))
            }
            initialized = count
        }
        return CommandAPDU(
            classByte, command.instruction, command.p1, command.p2, data: data,
            expectedLength: command.expectedLength, isExtended: isExtended)
    }

    /// Checks the C-MAC, moves the chain on, and decrypts, as the level says.
    mutating func unwrapCommand(_ command: CommandAPDU) throws(SecureChannelCardError) -> CommandAPDU {
        guard level.hasCommandMAC else {
            guard !command.classByte.indicatesSecureMessaging else { throw .secureMessagingNotExpected }
            return command
        }
        let bodyCount = try verify(command)
        state.encryptionCounter += 1
        var plain = command
        plain.classByte = command.classByte.withoutSecureMessaging
        if level.hasCommandDecryption, bodyCount > 0 {
            guard let data = decrypted(command.data, count: bodyCount, .command, state) else {
                throw .invalidCommandPadding
            }
            plain.data = data
        } else {
            plain.data.removeLast(mode.length)
        }
        return plain
    }

    /// Checks the C-MAC of `command` and moves the chain on.
    ///
    /// - Returns: the number of bytes before the C-MAC.
    mutating func verify(_ command: CommandAPDU) throws(SecureChannelCardError) -> Int {
        guard command.classByte == command.classByte.withSecureMessaging else { throw .secureMessagingMissing }
        let count = command.data.count
        guard count >= mode.length else { throw .commandMACMissing }
        let bodyCount = count - mode.length
        let tag = command.data.withUnsafeBytes { data in
            commandTag(
                command, classByte: command.classByte, count: count, isExtended: command.isExtended,
                body: UnsafeRawBufferPointer(rebasing: data[..<bodyCount]))
        }
        guard matches(tag, command.data, from: bodyCount) else { throw .commandMACMismatch }
        state.macChainingValue = tag
        return bodyCount
    }

    /// CMAC(S-MAC, chaining value | CLA INS P1 P2 | Lc | body). The class is that of the basic channel (§6.2.4); Lc has
    /// the form in which it is sent, three bytes when extended or for a chain of commands (GPC v2.3.1 §11.1.5.1).
    private mutating func commandTag(
        _ command: CommandAPDU, classByte: ClassByte, count: Int, isExtended: Bool, body: UnsafeRawBufferPointer
    ) -> AESBlock {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 16) { prefix in
            prefix.storeBytes(of: state.macChainingValue, as: AESBlock.self)
            prefix[16] = classByte.onBasicChannel.rawValue
            prefix[17] = command.instruction
            prefix[18] = command.p1
            prefix[19] = command.p2
            if isExtended {
                prefix[20] = 0
                prefix[21] = UInt8(truncatingIfNeeded: count >> 8)
                prefix[22] = UInt8(truncatingIfNeeded: count)
            } else {
                prefix[20] = UInt8(truncatingIfNeeded: count)
            }
            commandMAC.update(UnsafeRawBufferPointer(rebasing: prefix[..<(isExtended ? 23 : 21)]))
            commandMAC.update(body)
            return commandMAC.finalize()
        }
    }

    private func bodyCount(_ plainCount: Int) -> Int {
        level.hasCommandDecryption && plainCount > 0
            ? PaddingMethod2.paddedCount(plainCount, blockLength: 16) : plainCount
    }
}

// MARK: - Responses

extension SecureMessaging {
    /// Encrypts, as the level says, and appends the R-MAC. An error status word goes bare (§6.2.5).
    mutating func wrapResponse(_ response: ResponseAPDU) -> ResponseAPDU {
        guard level.hasResponseMAC else { return response }
        guard Self.isProtected(response.statusWord) else { return ResponseAPDU(response.statusWord) }
        let plainCount = response.data.count
        let encrypting = level.hasResponseEncryption && plainCount > 0
        let bodyCount = encrypting ? PaddingMethod2.paddedCount(plainCount, blockLength: 16) : plainCount
        let count = bodyCount + mode.length
        let data = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            let body = UnsafeMutableRawBufferPointer(rebasing: target[..<bodyCount])
            body.copyBytes(from: response.data)
            if encrypting {
                Self.pad(body, from: plainCount)
                dataCipher.encrypt(inPlace: body, initialValue: initialValue(.response, state))
            }
            withUnsafeBytes(of: responseTag(UnsafeRawBufferPointer(body), response.statusWord, state)) { tag in
                UnsafeMutableRawBufferPointer(rebasing: target[bodyCount...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: tag.prefix(mode.length)))
            }
            initialized = count
        }
        return ResponseAPDU(response.statusWord, data: data)
    }

    /// Checks the R-MAC and decrypts, as the level says.
    ///
    /// - Parameter state: what the command left behind to which this is the response.
    mutating func unwrapResponse(
        _ response: ResponseAPDU, after state: State
    ) throws(SecureChannelError) -> ResponseAPDU {
        guard level.hasResponseMAC else { return response }
        guard Self.isProtected(response.statusWord) else {
            guard response.data.isEmpty else { throw .unexpectedResponseData(count: response.data.count) }
            return response
        }
        let bodyCount = response.data.count - mode.length
        guard bodyCount >= 0 else { throw .responseMACMissing }
        let tag = response.data.withUnsafeBytes { data in
            responseTag(UnsafeRawBufferPointer(rebasing: data[..<bodyCount]), response.statusWord, state)
        }
        guard matches(tag, response.data, from: bodyCount) else { throw .responseMACMismatch }
        guard level.hasResponseEncryption, bodyCount > 0 else {
            return ResponseAPDU(response.statusWord, data: Array(response.data.prefix(bodyCount)))
        }
        guard let data = decrypted(response.data, count: bodyCount, .response, state) else {
            throw .invalidResponsePadding
        }
        return ResponseAPDU(response.statusWord, data: data)
    }

    /// Only `9000` and the warnings are protected; everything else counts as an error (§6.2.5).
    private static func isProtected(_ statusWord: StatusWord) -> Bool {
        statusWord == .success || statusWord.isWarning
    }

    /// CMAC(S-RMAC, chaining value | body | SW1 SW2).
    private mutating func responseTag(
        _ body: UnsafeRawBufferPointer, _ statusWord: StatusWord, _ state: State
    ) -> AESBlock {
        if responseMAC == nil { responseMAC = AESCMAC(key: keys.responseMAC) }
        guard responseMAC != nil else { preconditionFailure("it was just made") }
        responseMAC?.update(state.macChainingValue)
        responseMAC?.update(body)
        withUnsafeBytes(of: statusWord.rawValue.bigEndian) { responseMAC?.update($0) }
        return responseMAC?.finalize() ?? .zero
    }
}

// MARK: - Blocks

extension SecureMessaging {
    /// Which way a message goes: the initial values of responses differ in the first byte (§6.2.7).
    private enum Direction: UInt64 {
        case command = 0x00
        case response = 0x80
    }

    /// AES(S-ENC, the encryption counter in a block), `80` in its first byte for responses.
    private mutating func initialValue(_ direction: Direction, _ state: State) -> AESBlock {
        if counterCipher == nil { counterCipher = AESECB(key: keys.enc) }
        let halves = SIMD2<UInt64>(direction.rawValue.littleEndian, state.encryptionCounter.bigEndian)
        return counterCipher?.encrypt(unsafeBitCast(halves, to: AESBlock.self)) ?? .zero
    }

    private static func pad(_ body: UnsafeMutableRawBufferPointer, from plainCount: Int) {
        body[plainCount] = 0x80
        var index = plainCount + 1
        while index < body.count {
            body[index] = 0
            index += 1
        }
    }

    /// The first `count` bytes of `data` decrypted and without padding; `nil` when there is none.
    private mutating func decrypted(
        _ data: [UInt8], count: Int, _ direction: Direction, _ state: State
    ) -> [UInt8]? {
        guard count % AESBlock.scalarCount == 0 else { return nil }
        var plainCount: Int?
        let plain = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            data.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            dataCipher.decrypt(inPlace: target, initialValue: initialValue(direction, state))
            plainCount = PaddingMethod2.unpaddedCount(of: UnsafeRawBufferPointer(target))
            initialized = plainCount ?? 0
        }
        return plainCount == nil ? nil : plain
    }

    /// Whether `data` ends, from `offset`, in the first bytes of `tag`; in constant time.
    private func matches(_ tag: AESBlock, _ data: [UInt8], from offset: Int) -> Bool {
        data.withUnsafeBytes { data in
            withUnsafeBytes(of: tag) { tag in
                constantTimeEqual(
                    UnsafeRawBufferPointer(rebasing: data[offset...]),
                    UnsafeRawBufferPointer(rebasing: tag.prefix(mode.length)))
            }
        }
    }
}
