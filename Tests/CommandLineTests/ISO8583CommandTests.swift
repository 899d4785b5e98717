import Testing

@testable import seneschal

@Suite("The command line of seneschal iso8583")
struct ISO8583CommandTests {
    private static let purchase = """
        {"t": "0200", "2": "4761739001010010", "4": "000000001250", "7": "1127120000", "11": "000042", \
        "35": "4761739001010010=30122010000000000000", "41": "TERM0001", "52": "0123456789ABCDEF"}
        """

    @Test("what is encoded is decoded, masked, without track and PIN", arguments: ["ascii", "binary", "packed"])
    func roundTrip(_ dialect: String) async throws {
        let bench = try Workbench()
        let file = try bench.write("purchase.json", Self.purchase)
        let encoded = await bench.run(["iso8583", "encode", file, "--iso8583-dialect", dialect])
        #expect(encoded.status == 0)
        let decoded = await bench.run(["iso8583", "decode", encoded.text, "--iso8583-dialect", dialect])
        #expect(
            decoded.text
                == """
                {"11":"000042","2":"476173••••••0010","4":"000000001250","41":"TERM0001","7":"1127120000","t":"0200"}
                """)
    }

    @Test("with the key of a line a message is believed with its authentication code only")
    func authenticated() async throws {
        let bench = try Workbench()
        let file = try bench.write("purchase.json", Self.purchase)
        let key = try bench.write("line.key", "cmac:000102030405060708090A0B0C0D0E0F\n")
        let plain = await bench.run(["iso8583", "encode", file])
        let signed = await bench.run(["iso8583", "encode", file, "--iso8583-key-file", key])
        #expect(await bench.run(["iso8583", "decode", signed.text, "--iso8583-key-file", key]).status == 0)
        let refused = await bench.run(["iso8583", "decode", plain.text, "--iso8583-key-file", key])
        #expect(refused.status == 1 && refused.everything.contains("no authentication code"))
        let open = try bench.write("open.key", "cmac:000102030405060708090A0B0C0D0E0F\n", mode: 0o644)
        #expect(await bench.run(["iso8583", "encode", file, "--iso8583-key-file", open]).status != 0)
        let short = try bench.write("short.key", "cmac:0001\n")
        #expect(await bench.run(["iso8583", "encode", file, "--iso8583-key-file", short]).status == 2)
    }

    @Test("what is no message is refused with the field and the byte")
    func refused() async throws {
        let bench = try Workbench()
        let run = await bench.run(
            ["iso8583", "decode", "30383030343030303030303030303030303030303230", "--iso8583-dialect", "ascii"])
        #expect(run.status == 1 && run.everything.contains("field 2 at byte 20: a length of 20 is not allowed"))
        for text in [
            "[]", #"{"2": "1"}"#, #"{"t": "9999"}"#, #"{"t": "0800", "5": "1"}"#, #"{"t": "0800", "70": "3"}"#,
        ] {
            let file = try bench.write("message.json", text)
            #expect(await bench.run(["iso8583", "encode", file]).status == 2, "\(text)")
        }
        #expect(await bench.run(["iso8583", "decode", "0"]).status == 2)
        let file = try bench.write("purchase.json", Self.purchase)
        #expect(await bench.run(["iso8583", "send", file, "--port", "0"]).status == 2)
        #expect(await bench.run(["iso8583", "send", file, "--port", "1", "--timeout", "1"]).status == 3)
    }
}
