public import ISO7816

/// INITIALIZE UPDATE: the host's challenge to one key set. GPC Amendment D v1.1.2 §7.1.1.
public struct InitializeUpdateCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0x50

    /// `nil` takes the card's first key set, P1 `00`.
    public var keyVersion: KeyVersionNumber?
    /// 8 bytes in S8 mode, 16 in S16.
    public var hostChallenge: [UInt8]

    public init(keyVersion: KeyVersionNumber?, hostChallenge: [UInt8]) {
        precondition(hostChallenge.count == 8 || hostChallenge.count == 16, "a host challenge has 8 or 16 bytes")
        self.keyVersion = keyVersion
        self.hostChallenge = hostChallenge
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard command.p2 == 0x00 else { throw .parameters(command) }
        if command.p1 != 0 {
            guard let version = KeyVersionNumber(rawValue: command.p1) else { throw .parameters(command) }
            keyVersion = version
        }
        guard command.data.count == 8 || command.data.count == 16 else {
            throw .wrongDataLength(command.data.count)
        }
        hostChallenge = command.data
    }

    public var command: CommandAPDU {
        CommandAPDU(
            proprietaryClass, Self.instruction, keyVersion?.rawValue ?? 0x00, 0x00, data: hostChallenge,
            expectedLength: 256)
    }
}

/// EXTERNAL AUTHENTICATE: the host's cryptogram and the level asked for. GPC Amendment D v1.1.2 §7.1.2.
///
/// The class byte says secure messaging, because the C-MAC follows the cryptogram.
public struct ExternalAuthenticateCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0x82

    /// P1, Table 7-3.
    public var securityLevel: UInt8
    /// Host cryptogram and C-MAC, 8 + 8 or 16 + 16 bytes.
    public var cryptogramAndMAC: [UInt8]

    public init(securityLevel: UInt8, cryptogramAndMAC: [UInt8]) {
        self.securityLevel = securityLevel
        self.cryptogramAndMAC = cryptogramAndMAC
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard command.p2 == 0x00 else { throw .parameters(command) }
        guard command.data.count == 16 || command.data.count == 32 else {
            throw .wrongDataLength(command.data.count)
        }
        securityLevel = command.p1
        cryptogramAndMAC = command.data
    }

    public var command: CommandAPDU {
        CommandAPDU(0x84, Self.instruction, securityLevel, 0x00, data: cryptogramAndMAC)
    }
}
