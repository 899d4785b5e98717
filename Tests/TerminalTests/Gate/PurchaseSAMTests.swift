import CardCryptography
import ElectronicPurse
import ISO7816
import Terminal
import Testing

@Suite("A terminal's security module")
struct PurchaseSAMTests {
    private let key: PurseKey
    private let request: InitializeSAMForPurchase

    init() throws {
        key = try PurseKey(SecretBytes([UInt8](hex: "00112233445566778899AABBCCDDEEFF")))
        request = InitializeSAMForPurchase(
            InitializedPurchase(
                balance: 0x2710, offlineNumber: 0, keyVersion: 1, algorithm: 0,
                random: try PurseRandom(hex: "A1B2C3D4")), amount: 200, type: .purchase,
            moment: try PurseMoment(hex: "20261121083105"), serial: try PurseSerial(hex: "3104000012345678"))
    }

    private var module: PurchaseSAM { PurchaseSAM(terminal: GateWorld.terminal, key: key) }

    @Test("its MAC1 is the vector's, it checks the vector's MAC2, and gives each serial once")
    func vector() throws {
        var module = module
        #expect(module.process(PurchaseSAM.readTerminalNumber).data == GateWorld.terminal.bytes)
        #expect(module.process(request.command).bytes.hex == "00000001" + "57162C39" + "9000")
        let mac2 = try PurseMAC(hex: "F7C586C9")
        let wrong = try PurseMAC(hex: "F7C586C8")
        #expect(module.process(CreditSAMForPurchase(mac2).command).statusWord == .success)
        #expect(module.process(CreditSAMForPurchase(mac2).command).statusWord == .purseWrongState)
        #expect(module.process(CreditSAMForPurchase(mac2, terminalSerial: 1).command).statusWord == .success)
        #expect(module.process(CreditSAMForPurchase(wrong, terminalSerial: 1).command).statusWord == .purseWrongMAC)
        #expect(module.process(CreditSAMForPurchase(mac2, terminalSerial: 2).command).statusWord == 0x6A88)
        #expect(module.process(request.command).data.prefix(4) == [0, 0, 0, 2])
        #expect(module.process(CreditSAMForPurchase(wrong).command).statusWord == .purseWrongMAC)
        #expect(module.process(CreditSAMForPurchase(mac2).command).statusWord == .purseWrongState)
    }

    @Test("its state is read back equal; a shorter, longer or altered one is none; the key is never printed")
    func state() throws {
        var module = module
        for _ in 0..<300 { _ = module.process(request.command) }
        var restored = try PurchaseSAM(persistentState: module.persistentState)
        #expect(restored.persistentState == module.persistentState && restored.terminalSerial == 300)
        #expect(restored.process(request.command).data.prefix(4) == [0, 0, 0x01, 0x2D])
        let state = module.persistentState
        #expect(state.count == 27 + 8 * PurchaseSAM.rememberedMax)
        for count in [0, 26, state.count - 1] {
            #expect(throws: PurchaseSAMStateError.self) { _ = try PurchaseSAM(persistentState: state.prefix(count)) }
        }
        #expect(throws: PurchaseSAMStateError.self) {
            _ = try PurchaseSAM(persistentState: state + SecretBytes([UInt8](repeating: 0, count: 8)))
        }
        #expect(!"\(module)".contains("112233"))
    }

    @Test("loads, other key versions and other commands are refused, and give no serial")
    func refusals() throws {
        var module = module
        var load = request
        load.type = .load
        var version = request
        version.keyVersion = 2
        for (command, expected) in [
            (load.command, 0x6A80), (version.command, 0x9403), (try CommandAPDU(hex: "8070000000"), 0x6700),
            (try CommandAPDU(hex: "8070010000"), 0x6A86), (try CommandAPDU(hex: "80E40000"), 0x6D00),
            (try CommandAPDU(hex: "00B0950006"), 0x6A82), (try CommandAPDU(hex: "807200000401020304"), 0x6901),
        ] as [(CommandAPDU, StatusWord)] { #expect(module.process(command).statusWord == expected, "\(command)") }
        #expect(module.terminalSerial == 0)
    }
}
