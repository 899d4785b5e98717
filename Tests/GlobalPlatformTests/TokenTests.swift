import GlobalPlatform
import ISO7816
import Testing

@Suite("Tokens")
struct TokenTests {
    static let file: AID = "F053454E4501"
    static let module: AID = "F053454E450101"
    static let application: AID = "F053454E45010101"
    static let domain: AID = "A00000015153504102"
    static let token = [UInt8](repeating: 0xAB, count: 128)

    /// One command of every operation that takes a token, with the tag that stands behind it in a failing test.
    static func commands(token: [UInt8]) -> [CommandAPDU] {
        [
            InstallCommand.forLoad(
                .init(
                    executableLoadFile: file, securityDomain: domain,
                    loadFileDataBlockHash: [UInt8](repeating: 7, count: 32), token: token)
            ).command,
            InstallCommand.forInstall(
                .init(executableLoadFile: file, executableModule: module, application: application, token: token)
            ).command,
            InstallCommand.forMakeSelectable(.init(application: application, token: token)).command,
            InstallCommand.forInstallAndMakeSelectable(
                .init(executableLoadFile: file, executableModule: module, application: application, token: token)
            ).command,
            InstallCommand.forExtradition(.init(securityDomain: domain, object: application, token: token)).command,
            InstallCommand.forRegistryUpdate(
                .init(application: application, privileges: [.cardReset], token: token)
            ).command,
            DeleteCommand.object(application, withRelated: true, token: token).command,
        ]
    }

    @Test("what is signed is P1, P2, the length and the data up to the token, whatever the token")
    func signedData() throws {
        let inputs = try Self.commands(token: []).map { try TokenBearingCommand($0).signedData.hex }
        #expect(
            inputs == [
                // Written out from GPC v2.3.1 Tables C-5 to C-11.
                "02003306F053454E450109A0000001515350410220" + String(repeating: "07", count: 32) + "00",
                "04001F06F053454E450107F053454E45010108F053454E450101010300000002C900",
                "080010000008F053454E450101010300000000",
                "0C001F06F053454E450107F053454E45010108F053454E450101010300000002C900",
                "10001609A000000151535041020008F053454E450101010000",
                "400010000008F053454E450101010304000000",
                "00800A4F08F053454E45010101",
            ])
        #expect(try Self.commands(token: Self.token).map { try TokenBearingCommand($0).signedData.hex } == inputs)
        #expect(Set(inputs).count == inputs.count)
    }

    @Test("a token is put in its place and found there, of any length")
    func placing() throws {
        for (bare, signed) in zip(Self.commands(token: []), Self.commands(token: Self.token)) {
            let command = try TokenBearingCommand(bare)
            #expect(command.token.isEmpty)
            #expect(command.command(token: Self.token) == signed)
            #expect(try TokenBearingCommand(signed).token == Self.token)
            #expect(try TokenBearingCommand(signed).command(token: []) == bare)
            for count in [1, 8, 127, 255, 256, 384] {
                let token = [UInt8](repeating: 1, count: count)
                let read = try TokenBearingCommand(command.command(token: token))
                #expect(read.token == token)
                #expect(read.signedData == command.signedData)
            }
        }
    }

    @Test("the control reference template stands among the parameters of INSTALL and the data of DELETE, once")
    func reference() throws {
        let first = TokenControlReference(imageNumber: [1, 2], number: 9)
        let second = TokenControlReference(
            identificationNumber: [0x42], imageNumber: [1, 2, 3], applicationProvider: [5, 6], number: 0x1_00)
        for bare in Self.commands(token: Self.token) {
            let command = try TokenBearingCommand(bare).referring(to: first)
            #expect(command.reference == first)
            let read = try TokenBearingCommand(command.command(token: Self.token))
            #expect(read.reference == first)
            #expect(read.signedData == command.signedData)
            let changed = try TokenBearingCommand(read.referring(to: second).command(token: []))
            #expect(changed.reference == second)
            #expect(changed.signedData != read.signedData)
        }
        let delete = try TokenBearingCommand(DeleteCommand.object(Self.file, withRelated: false).command)
        #expect(
            delete.referring(to: second).command(token: [0xAA]).data.hex
                == "4F06F053454E4501B611420142450301020" + "35F20020506930201009E01AA")
        #expect(
            try DeleteCommand(delete.referring(to: second).command(token: [0xAA])).command.data.hex.contains("9E01AA"))
    }

    @Test("a token number takes the bytes it needs, and eight at most")
    func numbers() throws {
        for (number, bytes) in [
            (0, "00"), (1, "01"), (0xFF, "FF"), (0x100, "0100"), (UInt64.max, "FFFFFFFFFFFFFFFF"),
        ] as [(UInt64, String)] {
            #expect(TokenControlReference.bytes(of: number).hex == bytes)
            let object = TokenControlReference(number: number).object
            #expect(try TokenControlReference(value: object.value).number == number)
        }
        #expect(try TokenControlReference(value: hex("93020001")).number == 1)
        for value in ["9309000000000000000001", "9300", "4200", "930101930102", "840101", "9301"] {
            #expect(throws: CommandDecodingError.self) { try TokenControlReference(value: hex(value)) }
        }
    }

    @Test("what takes no token, or does not fit, is refused")
    func refused() throws {
        let refused: [(UInt8, UInt8, String)] = [
            (0xE6, 0x20, "000005A000000001000000"), (0xE6, 0x0E, "000005A000000001000000"), (0xE6, 0x02, "07"),
            (0xE6, 0x08, "0102"), (0xE6, 0x10, "000000000000AA"), (0xE6, 0x10, "0000000001420000"),
            (0xCA, 0x00, ""), (0xE4, 0x00, ""), (0xE4, 0x00, "D00101"), (0xE4, 0x00, "D001019E00"),
            (0xE4, 0x00, "4F05A0000000019E01AA9E01AA"), (0xE4, 0x00, "4F05A0000000019E01AA4201AA"),
            (0xE4, 0x00, "4F05A0000000019E02AA"), (0xE4, 0x00, "9E01AA4F05A000000001"),
        ]
        for (instruction, p1, data) in refused {
            let command = CommandAPDU(0x80, instruction, p1, 0x00, data: try hex(data))
            #expect(throws: CommandDecodingError.self, "\(command)") { try TokenBearingCommand(command) }
        }
        let twice = InstallCommand.forMakeSelectable(
            .init(
                application: Self.application,
                parameters: .init([TokenControlReference(number: 1).object, TokenControlReference(number: 2).object])))
        #expect(throws: CommandDecodingError.tlv(.duplicate(0xB6))) { try TokenBearingCommand(twice.command) }
    }

    @Test("the bytes as sent are signed, also where a length is longer than it need be")
    func encoding() throws {
        let short = try CommandAPDU(hex: "80E6080011000008F053454E45010101030000000000")
        let long = try CommandAPDU(hex: "80E6080012000008F053454E4501010103000000810000")
        #expect(try TokenBearingCommand(short).signedData.hex == "080010000008F053454E450101010300000000")
        #expect(try TokenBearingCommand(long).signedData.hex == "080011000008F053454E45010101030000008100")
    }

    @Test("more than 255 bytes of data have a length of three bytes")
    func longData() throws {
        let command = InstallCommand.forInstall(
            .init(
                executableLoadFile: Self.file, executableModule: Self.module, application: Self.application,
                parameters: .applicationSpecific([UInt8](repeating: 0, count: 230))))
        let input = try TokenBearingCommand(command.command).signedData
        #expect(input.prefix(5).hex == "0400" + "00" + "0107")
        #expect(input.count == 5 + 0x107)
    }
}

private func hex(_ text: String) throws -> [UInt8] { try [UInt8](hex: text) }
