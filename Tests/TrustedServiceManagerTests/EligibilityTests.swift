import ISO7816
import Testing

@testable import TrustedServiceManager

@Suite("TSM-16 eligibility is refused with reasons")
struct EligibilityTests {
    @Test(
        "a standard version is compared number by number",
        arguments: [
            ("2.3.1", "2.3.1", true), ("2.3.1", "2.3", true), ("2.3", "2.3.1", false), ("2.10", "2.9", true),
            ("2.3.1", "2.1.1", true), ("1.9.9", "2", false), ("2.x", "2.0", false), ("", "0", false),
        ])
    func versions(found: String, required: String, satisfies: Bool) {
        let version = StandardVersion(name: "GlobalPlatform", version: found)
        #expect(version.satisfies(StandardVersion(name: "globalplatform", version: required)) == satisfies)
        #expect(!version.satisfies(StandardVersion(name: "JavaCard", version: required)))
    }

    @Test("an expired secure element of a lower standard and certification has all its reasons told")
    func allReasons() throws {
        let service = try ServiceDefinition(
            identifier: ServiceIdentifier(number: 7, version: "1"), name: "Pay", executableLoadFile: "A000000001",
            executableModule: "A00000000101", instanceAIDPrefix: [0xF0, 1, 2, 3, 4],
            minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.3"), minimumCertificationLevel: 4,
            providers: [ServiceProviderID(rawValue: "other")])
        let element = try SecureElementRecord(
            id: SecureElementIdentifier(value: "01020304"), mobileNetwork: "north", profileID: "p", type: .embedded,
            standard: StandardVersion(name: "GlobalPlatform", version: "2.1.1"), certificationLevel: 3, expiresAt: 100,
            centralSecurityDomain: CentralSecurityDomainRecord(
                aid: "A000000151000000",
                keys: KeyReference(
                    masterKeyIndex: MasterKeyIndex(rawValue: 1), keyVersionNumber: 1,
                    keyDiversificationData: [UInt8](repeating: 0, count: 10)),
                sequenceCounter: 0, implementation: 0x70), registeredAt: 0)
        let provider = ServiceProviderID(rawValue: "p1")
        #expect(
            service.ineligibilityReasons(on: element, for: provider, now: 100) == [
                .expired(at: 100),
                .wrongStandard(
                    found: element.standard, required: StandardVersion(name: "GlobalPlatform", version: "2.3")),
                .certificationTooLow(found: 3, required: 4), .providerNotAdmitted(provider),
            ])
        var good = element
        good.expiresAt = 101
        good.standard.version = "2.3"
        good.certificationLevel = 4
        #expect(
            service.ineligibilityReasons(on: good, for: ServiceProviderID(rawValue: "other"), now: 100).isEmpty)
    }
}
