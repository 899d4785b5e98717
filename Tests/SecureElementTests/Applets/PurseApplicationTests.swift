import CardTesting
import EMV
import ElectronicPurse
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The electronic purse")
struct PurseApplicationTests {
    private func purse(loaded: UInt32 = 0) throws -> (PurseAlone, TestPurse) {
        let alone = try PurseAlone()
        let purse = try TestPurse(alone.transmit)
        if loaded > 0 { #expect(try purse.load(loaded).statusWord == .success) }
        return (alone, purse)
    }

    private struct Transcript: Decodable {
        struct Computed: Decodable {
            struct Step: Decodable {
                var rnd: String
                var cmd_init: String
                var resp_init: String
                var cmd_credit: String?
                var cmd_debit: String?
                var tac: String
                var resp_debit: String?
                var cmd_prove: String?
                var resp_prove: String?
                var log_record_0018: String?
                var balance_after: UInt32
            }
            var steps: [Step]
        }
        var self_computed: Computed
    }

    @Test("a load, a purchase, a composite purchase and a load answer byte for byte as the vectors have them")
    func transcript() throws {
        let steps = try Vectors.load("ElectronicPurse/purse.json", as: Transcript.self).self_computed.steps
        let alone = try PurseAlone(random: GivenRandom(steps.map { bytes($0.rnd) }))
        for step in steps {
            #expect(try alone.transmit(step.cmd_init) == step.resp_init + "9000")
            if let credit = step.cmd_credit { #expect(try alone.transmit(credit) == step.tac + "9000") }
            if let debit = step.cmd_debit, let answer = step.resp_debit {
                #expect(try alone.transmit(debit) == answer + "9000")
            }
            if let prove = step.cmd_prove, let answer = step.resp_prove {
                #expect(try alone.transmit(prove) == answer + "9000")
            }
            if let record = step.log_record_0018 { #expect(try alone.transmit("00B201C417") == record + "9000") }
            #expect(alone.applet.history.balance == step.balance_after)
        }
        #expect(try alone.transmit("805C000204") == "00003872" + "9000")
    }

    @Test("selection shows label, priority, version and file 15, which READ BINARY reads whole and in parts")
    func files() throws {
        let (alone, _) = try purse()
        let data = try TestPurse.personalization().applicationData
        let answer = alone.applet.fileControlInformation(for: PurseFile.transport, emptyEnvironment)
        let selection = try PurseSelection(answer: answer)
        #expect(selection.application == PurseFile.transport && selection.applicationData == data)
        #expect(selection.objects[.applicationLabel] == Array("MOT_T_EP".utf8))
        #expect(try alone.transmit("00B095001E") == data.bytes.hex + "9000")
        #expect(try alone.transmit("00B0950C08") == data.serial.description + "9000")
        #expect(try alone.transmit("00B0951D00") == "00" + "9000")
        #expect(try alone.transmit("00B0951E01") == "6B00")
        #expect(try alone.transmit("00B096001E") == "6A82")
        #expect(try alone.transmit("00B000001E") == "6A86")
        #expect(try alone.transmit("00B201BC00") == String(repeating: "0", count: 96) + "9000")
        #expect(try alone.transmit("00B203BC00") == "6A83" && alone.transmit("00B201C400") == "6A83")
    }

    @Test("every refusal has its status word, changes nothing and ends what was initialized")
    func refusals() throws {
        let (alone, purse) = try purse(loaded: 500)
        let debit = try purse.debit(purse.purchase(100), purse.initialize(.purchase, 100))
        let before = alone.applet
        for (hex, expected) in [
            ("805C000104", "6A86"), ("805C000004", "6A86"), ("805C010204", "6A86"),
            ("805001020A0100000064A100000000", "6700"), ("805001020C0100000064A1000000000101", "6700"),
            ("805001020B0200000064A100000000010F", "9403"), ("805001020B01000001F5A100000000010F", "9401"),
            ("805001010B0100000064A100000000010F", "6A86"), ("805002020B0100000064A100000000010F", "6A86"),
            ("805000020B010001853DA1000000000110", "9402"), ("805000020B0100000000A1000000000110", "6A80"),
            ("805A000602000108", "9406"), ("805A000202000208", "9406"), ("805A0006010108", "6700"),
            ("805A000A02000108", "6A86"), ("80DC02B80101", "6901"),
            ("805400000F" + String(repeating: "00", count: 15), "6A86"),
            ("805401000E0000000120261127120000010203", "6700"),
            ("805401000F" + String(repeating: "00", count: 15), "6A80"), ("80E4000000", "6D00"),
            ("00B095000100", "6700"),
        ] {
            _ = purse.initialize(.purchase, 100)
            #expect(alone.working.purse != nil)
            #expect(try alone.transmit(hex) == expected, "\(hex)")
            #expect(alone.working.purse == nil, "\(hex)")
            #expect(alone.applet == before, "\(hex)")
        }
        #expect(alone.transmit(debit).statusWord == .purseWrongState)
    }

    @Test("a wrong MAC is 9302 and ends the transaction, a second DEBIT or CREDIT without INITIALIZE is 6901")
    func states() throws {
        let (alone, purse) = try purse(loaded: 500)
        let before = alone.applet
        let answer = purse.initialize(.purchase, 100)
        #expect(alone.transmit(try purse.debit(purse.purchase(100), answer, tamper: 1)).statusWord == .purseWrongMAC)
        #expect(alone.transmit(try purse.debit(purse.purchase(100), answer)).statusWord == .purseWrongState)
        let other = purse.initialize(.purchase, 100)
        #expect(
            alone.transmit(try purse.debit(purse.purchase(101), other)).statusWord == .purseWrongMAC,
            "the amount is that of INITIALIZE")
        let load = purse.initialize(.load, 70)
        #expect(alone.transmit(try purse.debit(purse.purchase(100), other)).statusWord == .purseWrongState)
        #expect(alone.transmit(try purse.credit(70, load)).statusWord == .purseWrongState)
        let again = purse.initialize(.load, 70)
        #expect(alone.transmit(try purse.credit(70, again, tamper: 4)).statusWord == .purseWrongMAC)
        #expect(alone.applet == before)
        let right = try purse.credit(70, purse.initialize(.load, 70))
        #expect(alone.transmit(right).statusWord == .success && alone.applet.history.balance == 570)
        #expect(alone.transmit(right).statusWord == .purseWrongState && alone.applet.history.balance == 570)
        let debit = try purse.debit(purse.purchase(100), purse.initialize(.purchase, 100))
        #expect(alone.transmit(debit).statusWord == .success && alone.applet.history.balance == 470)
        #expect(alone.transmit(debit).statusWord == .purseWrongState && alone.applet.history.balance == 470)
    }

    @Test("the log keeps the ten newest of both counters, each with its own number; proofs are of the last of each")
    func log() throws {
        let (alone, purse) = try purse(loaded: 5_000)
        for number: UInt32 in 1...12 { #expect(try purse.pay(number, serial: number).statusWord == .success) }
        #expect(try purse.load(7).statusWord == .success)
        let records = try (UInt8(1)...10).map { number in
            try PurseLogRecord(alone.transmit(PurseFile.readLog(number)).data)
        }
        #expect(records.map(\.number) == [2, 12, 11, 10, 9, 8, 7, 6, 5, 4])
        #expect(records[0].type == .load && records.dropFirst().allSatisfy { $0.type == .purchase })
        #expect(alone.transmit(PurseFile.readLog(11)).statusWord == 0x6A83)
        #expect(alone.transmit(PurseFile.readLog(0)).statusWord == 0x6A83)
        #expect(alone.transmit(GetTransactionProve(.purchase, number: 12).command).statusWord == .success)
        #expect(alone.transmit(GetTransactionProve(.load, number: 2).command).statusWord == .success)
        for (type, number) in [
            (PurseTransactionType.purchase, 11), (.purchase, 13), (.compositePurchase, 12), (.load, 1), (.load, 3),
        ] as [(PurseTransactionType, UInt16)] {
            #expect(alone.transmit(GetTransactionProve(type, number: number).command).statusWord == .purseNoProof)
        }
    }

    @Test("a composite purchase writes its records with the debit and not before, also with an amount of zero")
    func composite() throws {
        let (alone, purse) = try purse(loaded: 100)
        let record = [UInt8](repeating: 0xAB, count: 48)
        let update = UpdateCompositeDataCache(record: 2, data: record).command
        #expect(alone.transmit(update).statusWord == .purseWrongState)
        let answer = purse.initialize(.compositePurchase, 0)
        #expect(alone.transmit(update).statusWord == .success)
        #expect(alone.transmit(PurseFile.readRecord(2, in: 0x17)).data != record)
        let entry = purse.purchase(0, type: .compositePurchase)
        #expect(alone.transmit(try purse.debit(entry, answer)).statusWord == .success)
        #expect(alone.transmit(PurseFile.readRecord(2, in: 0x17)).data == record)
        #expect(alone.applet.history.balance == 100 && alone.applet.history.record(1)?.type == .compositePurchase)
        for (update, expected) in [
            (UpdateCompositeDataCache(record: 3, data: record), 0x6A83),
            (UpdateCompositeDataCache(record: 2, data: record + [0]), 0x6700),
            (UpdateCompositeDataCache(record: 1, file: 0x18, data: record), 0x6A83),
        ] as [(UpdateCompositeDataCache, StatusWord)] {
            _ = purse.initialize(.compositePurchase, 0)
            #expect(alone.transmit(update.command).statusWord == expected)
            #expect(alone.working.purse == nil)
        }
    }

    @Test("a counter at its end is 9402; a balance at its limit takes no more")
    func limits() throws {
        let (alone, purse) = try purse()
        #expect(purse.initialize(.load, 100_001).statusWord == .purseLimitReached)
        try purse.load(100_000)
        #expect(purse.initialize(.load, 1).statusWord == .purseLimitReached)
        #expect(try purse.pay(100_000).statusWord == .success)
        let state = alone.applet.persistentState
        var history = state[1].value
        history.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFE])
        alone.applet = try PurseApplication(persistentState: [state[0], BERTLV(0xC2, history), state[2]])
        #expect(purse.initialize(.load, 5).statusWord == .purseLimitReached)
        #expect(try purse.pay(0).statusWord == .success)
        #expect(purse.initialize(.purchase, 0).statusWord == .purseLimitReached)
    }

    @Test("a purse is personalized again until money has moved, and never with keys of other check values")
    func personalization() throws {
        let groupings = try TestPurse.groupings(TestPurse.personalization())
        let (alone, purse) = try purse()
        try alone.applet.personalize(with: groupings, blockLength: 60)
        for index in groupings.indices {
            var applet = PurseApplication()
            applet.beginPersonalization()
            var others = groupings
            others[index].data = Array(others[index].data.dropLast())
            let isRecord = [0x17, 0x1E].contains(groupings[index].identifier >> 8)
            #expect(applet.refusal(of: block(others.flatMap(\.bytes))) == (isRecord ? nil : 0x6A80), "\(index)")
        }
        var applet = PurseApplication()
        applet.beginPersonalization()
        #expect(applet.refusal(of: block((groupings + [DataGrouping(0x0101, [1])]).flatMap(\.bytes))) == 0x6A88)
        #expect(applet.refusal(of: block((groupings + [groupings[0]]).flatMap(\.bytes))) == 0x6A80)
        var wrong = groupings
        let values = try #require(groupings.firstIndex { $0.identifier == 0x9000 })
        wrong[values].data[8] ^= 1
        #expect(applet.refusal(of: block(wrong.flatMap(\.bytes))) == 0x6A80)
        #expect(applet.process(GetBalance().command, emptyEnvironment).statusWord == 0x6985)
        try purse.load(5)
        alone.applet.beginPersonalization()
        #expect(alone.applet.refusal(of: block(groupings.flatMap(\.bytes))) == 0x6985)
    }

    @Test("what is written is read back equal and has one length for ever; a state of another form is refused")
    func state() throws {
        let (alone, purse) = try purse()
        let size = alone.applet.persistentState.bytes.count
        try purse.load(9_000)
        for number: UInt32 in 1...12 {
            try purse.pay(number, serial: number)
            #expect(try PurseApplication(persistentState: alone.applet.persistentState) == alone.applet)
            #expect(alone.applet.persistentState.bytes.count == size)
        }
        let state = alone.applet.persistentState
        for index in state.indices {
            var shorter = state
            shorter[index].value.removeLast()
            #expect(throws: AppletStateError.self) { _ = try PurseApplication(persistentState: shorter) }
            var fewer = state
            fewer.remove(at: index)
            if index < 2 {
                #expect(throws: AppletStateError.self) { _ = try PurseApplication(persistentState: fewer) }
            }
        }
    }
}
