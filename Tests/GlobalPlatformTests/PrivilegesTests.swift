import GlobalPlatform
import Testing

@Suite("Privileges")
struct PrivilegesTests {
    @Test("one byte and three bytes name the same privileges of the first byte")
    func bothForms() throws {
        let short = try Privileges(bytes: [0xC0])
        #expect(short == [.securityDomain, .dapVerification])
        #expect(try Privileges(bytes: [0xC0, 0x00, 0x00]) == short)
        #expect(short.bytes == [0xC0, 0x00, 0x00])
        #expect(short.legacyByte == 0xC0)
    }

    @Test(
        "the bit map of Tables 11-7 to 11-9",
        arguments: [
            ([0x9E, 0, 0], Privileges([.securityDomain, .cardLock, .cardTerminate, .cardReset, .cvmManagement])),
            ([0xA0, 0, 0], [.securityDomain, .delegatedManagement]),
            ([0xC1, 0, 0], [.securityDomain, .dapVerification, .mandatedDAPVerification]),
            ([0x80, 0xC0, 0], [.securityDomain, .trustedPath, .authorizedManagement]),
            ([0x80, 0x20, 0x80], [.securityDomain, .tokenVerification, .receiptGeneration]),
            ([0x00, 0x1F, 0x00], [.globalDelete, .globalLock, .globalRegistry, .finalApplication, .globalService]),
        ] as [([UInt8], Privileges)])
    func bitMap(bytes: [UInt8], privileges: Privileges) throws {
        #expect(try Privileges(bytes: bytes) == privileges)
        #expect(privileges.bytes == bytes)
    }

    @Test("the length is 1 or 3", arguments: [0, 2, 4])
    func wrongLength(count: Int) {
        #expect(throws: PrivilegesError.wrongLength(count)) {
            try Privileges(bytes: [UInt8](repeating: 0, count: count))
        }
    }

    @Test("what only Security Domains have is refused to Applications", arguments: [0x40, 0x20, 0x41] as [UInt8])
    func needsSecurityDomain(byte: UInt8) {
        #expect(throws: PrivilegesError.needsSecurityDomain([byte, 0, 0])) { try Privileges(bytes: [byte]) }
    }

    @Test("Mandated DAP Verification stands with DAP Verification")
    func mandatedDAP() {
        #expect(throws: PrivilegesError.mandatedWithoutDAP([0x81, 0, 0])) { try Privileges(bytes: [0x81]) }
    }

    @Test("reserved bits are refused")
    func reserved() {
        #expect(throws: PrivilegesError.reservedBits([0x80, 0, 0x01])) { try Privileges(bytes: [0x80, 0, 0x01]) }
    }
}
