import GlobalPlatform
import ISO7816
import SecureElement
import Testing

@Suite("Classes and logical channels")
struct ClassAndChannelTests {
    @Test(
        "a class that is neither ISO's nor GlobalPlatform's is refused with 6E00",
        arguments: [0x20, 0x30, 0x3F, 0x90, 0xA0, 0xA4, 0xB0, 0xBF, 0xD0, 0xF0, 0xFF] as [UInt8])
    func foreignClasses(classByte: UInt8) throws {
        var card = try TestCard()
        for instruction: UInt8 in [0xA4, 0xCA, 0xF2, 0x50] {
            card.expectRefusal(CommandAPDU(ClassByte(classByte), instruction, 0x04, 0x00), .classNotSupported)
        }
    }

    @Test("ISO command chaining is refused with 6884", arguments: [0x10, 0x13, 0x50, 0x70, 0x7F] as [UInt8])
    func chainingClasses(classByte: UInt8) throws {
        var card = try TestCard()
        card.expectRefusal(CommandAPDU(ClassByte(classByte), 0xA4, 0x04, 0x00), .commandChainingNotSupported)
    }

    @Test("channels that are not open, and those from 4 on, are refused with 6881")
    func closedChannels() throws {
        var card = try TestCard()
        for classByte: UInt8 in [0x01, 0x02, 0x03, 0x40, 0x4F, 0x60, 0x81, 0x83, 0xC0, 0xCF, 0xE0, 0xEF] {
            card.expectRefusal(CommandAPDU(ClassByte(classByte), 0xA4, 0x04, 0x00), .logicalChannelNotSupported)
            card.expectRefusal(CommandAPDU(ClassByte(classByte), 0xCA, 0x00, 0x66), .logicalChannelNotSupported)
        }
        #expect(card.transmit(ManageChannelCommand.open(channel: 2).command).statusWord == .success)
        #expect(card.transmit(SelectCommand(TestCard.central).command, 2).statusWord == .success)
        try card.expectRefusal("01A4040000", .logicalChannelNotSupported)
    }

    @Test("the OPEN's own commands come in plain: secure messaging is refused with 6882")
    func securedOPENCommands() throws {
        var card = try TestCard()
        try card.expectRefusal("04A4040000", .secureMessagingNotSupported)
        try card.expectRefusal("0870000001", .secureMessagingNotSupported)
        try card.expectRefusal("0C70000001", .secureMessagingNotSupported)
    }

    @Test("secure messaging without a session is refused with 6982, an unknown instruction with 6D00")
    func outsideSessions() throws {
        var card = try TestCard()
        for hex in ["84F28002024F00", "84CA006600", "84E400004F", "8CF28002024F00"] {
            try card.expectRefusal(hex, .securityStatusNotSatisfied)
        }
        for hex in ["8000000000", "80A4040000", "00F4000000", "8070000001", "8450000008 0102030405060708"] {
            let expected: StatusWord =
                hex.hasPrefix("84") ? .securityStatusNotSatisfied : .instructionNotSupported
            try card.expectRefusal(hex, expected)
        }
        for hex in ["80F28002024F00", "80E60200", "80E4000000", "80D8000000", "80E2000000", "80F080 7F", "80E80000"] {
            try card.expectRefusal(hex, .securityStatusNotSatisfied)
        }
        try card.expectRefusal("00F28002024F00", .classNotSupported)
        try card.expectRefusal("8482030010 00112233445566778899AABBCCDDEEFF", .conditionsOfUseNotSatisfied)
    }

    @Test("channels open in turn to three, and then 6A81; a number that is taken is refused with 6985")
    func opening() throws {
        var card = try TestCard()
        for number: UInt8 in 1...3 {
            #expect(card.transmit(ManageChannelCommand.open(channel: nil).command) == .init(.success, data: [number]))
        }
        card.expectRefusal(ManageChannelCommand.open(channel: nil).command, .functionNotSupported)
        card.expectRefusal(ManageChannelCommand.open(channel: 1).command, .conditionsOfUseNotSatisfied)
        card.expectRefusal(ManageChannelCommand.open(channel: 4).command, .functionNotSupported)
        #expect(card.transmit(ManageChannelCommand.close(channel: 2).command) == .init(.success))
        card.expectRefusal(ManageChannelCommand.close(channel: 2).command, .logicalChannelNotSupported)
        card.expectRefusal(ManageChannelCommand.close(channel: 19).command, .functionNotSupported)
        #expect(card.transmit(ManageChannelCommand.open(channel: nil).command) == .init(.success, data: [2]))
    }

    @Test("MANAGE CHANNEL with other parameters or data is refused, the basic channel does not close")
    func channelParameters() throws {
        var card = try TestCard()
        for hex in ["00708000", "00704000", "00700014", "00708014", "007080FF"] {
            try card.expectRefusal(hex, .incorrectParameters)
        }
        try card.expectRefusal("007000000101", .wrongLength)
    }

    @Test("a reset closes the supplementary channels and selects the issuer security domain on the basic one")
    func reset() throws {
        var card = try TestCard()
        let fresh = card.element
        #expect(card.transmit(ManageChannelCommand.open(channel: nil).command).statusWord == .success)
        #expect(card.transmit(SelectCommand(CardConfiguration.walletCompanion).command).statusWord == .success)
        card.element.reset()
        #expect(card.element == fresh)
    }
}
