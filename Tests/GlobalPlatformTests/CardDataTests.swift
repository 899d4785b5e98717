import GlobalPlatform
import ISO7816
import Testing

@Suite("Card data")
struct CardDataTests {
    @Test("Card Recognition Data names the specification and SCP03 with its i parameter")
    func recognition() throws {
        let data = CardRecognitionData(secureChannels: [.init(identifier: 3, implementation: 0x70)])
        #expect(
            data.bytes.hex
                == "6631732F06072A864886FC6B01600C060A2A864886FC6B02020301630906072A864886FC6B03"
                + "640B06092A864886FC6B040370")
        #expect(try CardRecognitionData(bytes: data.bytes) == data)
        #expect(throws: CommandDecodingError.self) { try CardRecognitionData(bytes: data.bytes.dropLast()) }
    }

    @Test("Card Capability Information is read back")
    func capability() throws {
        let data = CardCapabilityInformation(
            secureChannels: [.init(identifier: 3, implementations: [0x00, 0x10, 0x70], aesKeySizes: 0x07)],
            securityDomainPrivileges: [.securityDomain, .dapVerification], applicationPrivileges: [.cardReset],
            loadFileHashAlgorithms: [2, 3, 4])
        #expect(data.bytes.hex == "671CA00B80010381030010708201078103C0000082030400008303020304")
        #expect(try CardCapabilityInformation(bytes: data.bytes) == data)
    }

    @Test("tries left are read back, and clamped to two bytes")
    func tries() throws {
        let data = AuthenticationTries(left: 9, max: 255)
        #expect(data.bytes.hex == "DF7A088002000981" + "0200FF")
        #expect(try AuthenticationTries(bytes: data.bytes) == data)
        #expect(try AuthenticationTries(bytes: AuthenticationTries(left: 70_000, max: 70_000).bytes).left == 0xFFFF)
        for wrong in ["DF7A04800200098", "DF7A0480020009", "DF7A0880020009820200FF", "DF7A07800109810200FF", "DF7000"] {
            #expect(throws: (any Error).self) { try AuthenticationTries(bytes: [UInt8](hex: wrong)) }
        }
    }

    @Test("the Key Information Template lists identifier, version, type and length")
    func keyInformation() throws {
        let keys = (1...3).compactMap { KeyIdentifier(rawValue: $0) }.map {
            KeyInformation(identifier: $0, version: 0x30, components: [.init(type: .aes, length: 16)])
        }
        let template = KeyInformationTemplate(keys)
        #expect(template.bytes.hex == "E012C00401308810C00402308810C00403308810")
        #expect(try KeyInformationTemplate(bytes: template.bytes) == template)
        #expect(template.versions == [0x30])
        for wrong in ["E003C00130", "E006C00400308810", "E006C00401808810", "E006C00401301010", "E100"] {
            #expect(throws: CommandDecodingError.self) { try KeyInformationTemplate(bytes: [UInt8](hex: wrong)) }
        }
    }

    @Test("production life cycle data has 42 bytes")
    func production() throws {
        var data = CardProductionLifeCycleData()
        data.fabricator = 0x4790
        data.serialNumber = 0x0102_0304
        data.personalizationEquipment = 0xDEAD_BEEF
        #expect(data.bytes.count == 3 + 42)
        #expect(data.bytes.suffix(4).hex == "DEADBEEF")
        #expect(Array(data.bytes[15..<19]).hex == "01020304")
        #expect(try CardProductionLifeCycleData(bytes: data.bytes) == data)
        #expect(throws: CommandDecodingError.self) { try CardProductionLifeCycleData(bytes: [0x9F, 0x7F, 0x01, 0x00]) }
    }

    @Test("extended card resources and FCI are read back")
    func resources() throws {
        let resources = ExtendedCardResources(
            installedApplications: 5, freeNonVolatileBytes: 70_000, freeVolatileBytes: 4_096)
        #expect(resources.bytes.hex == "FF21108102000582040001117083040000" + "1000")
        #expect(try ExtendedCardResources(bytes: resources.bytes) == resources)
        let information = FileControlInformation.securityDomain(
            "A000000151000000", recognition: CardRecognitionData(secureChannels: []))
        let read = try FileControlInformation(bytes: information.bytes)
        #expect(read == information)
        #expect(read.proprietary.map(\.tag) == [0x73, 0x9F65])
    }
}
