import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A card with known keys and as many applications as a benchmark asks for, and sessions with its central SD.
struct FurnishedCard {
    let keys = SCP03KeySet.random(.aes128)
    private(set) var element: SecureElement
    /// Applications beside what the card leaves the factory with: security domains and personalized instances.
    let applicationCount: Int

    static let central = CardConfiguration.issuerSecurityDomain

    /// Four instances to a security domain, each personalized with a record of 200 bytes.
    init(applications count: Int = 0) throws {
        let keys = keys
        applicationCount = count
        // i = 70: pseudo-random challenges, R-MAC and R-ENC.
        let implementation = SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)
        element = SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength),
                implementation: implementation)
        ) { _ in keys }
        var session = try open()
        var domain = Self.central
        for number in 0..<count {
            if number % 5 == 0 {
                domain = try Self.name("SD", number)
                try send(Self.createDomain(domain), &session)
            } else {
                try install(try Self.name("PA", number), in: domain, &session)
            }
        }
    }

    private static func name(_ kind: String, _ number: Int) throws -> AID {
        try AID(Array("F053".utf8) + Array(kind.utf8) + [0, UInt8(number)])
    }

    private static func createDomain(_ aid: AID) -> CommandAPDU {
        InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.securityDomainPackage,
                executableModule: BuiltInModule.securityDomain, application: aid, privileges: .securityDomain)
        ).command
    }

    private mutating func install(_ aid: AID, in domain: AID, _ session: inout SCP03Session) throws {
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment, application: aid)
        try send(InstallCommand.forInstallAndMakeSelectable(install).command, &session)
        try send(InstallCommand.forPersonalization(application: aid).command, &session)
        let groupings = [
            DataGrouping(0x0101, BERTLV(0x70, [BERTLV(0x5F20, [UInt8](repeating: 0x41, count: 190))]).bytes),
            DataGrouping(0x9102, BERTLV(0xA5, [BERTLV(0x50, Array("BENCH".utf8))]).bytes),
            DataGrouping(0x9104, BERTLV(0x82, [0, 0] as [UInt8]).bytes + BERTLV(0x94, [8, 1, 1, 0] as [UInt8]).bytes),
        ]
        for block in StoreDataCommand.blocks(of: groupings, blockLength: 200) { try send(block.command, &session) }
        try send(InstallCommand.forExtradition(.init(securityDomain: domain, object: aid)).command, &session)
    }

    mutating func send(_ command: CommandAPDU, _ session: inout SCP03Session) throws {
        let response = try session.unwrap(element.process(session.wrap(command)))
        guard response.statusWord == .success else { throw BenchFailure("\(command): \(response.statusWord)") }
    }

    /// SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE.
    mutating func open(level: SecurityLevel = .full) throws -> SCP03Session {
        _ = element.process(SelectCommand(Self.central).command)
        let handshake = try SCP03Handshake(level: level, hostChallenge: SystemRandomSource().bytes(8))
        let answer = element.process(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: answer, keys: keys)
        let opening = pending.externalAuthenticate
        return try pending.opened(by: element.process(opening))
    }

    /// A STORE DATA that changes what is stored each time that the number changes.
    static func storeData(_ number: Int) -> CommandAPDU {
        let object = BERTLV(0x5F50, [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 222))
        return StoreDataCommand(data: object.bytes, blockNumber: 0, isLastBlock: true, structure: .berTLV).command
    }
}
