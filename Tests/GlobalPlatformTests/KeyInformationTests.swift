import CardTesting
import GlobalPlatform
import ISO7816
import Testing

@Suite("The Key Information Template")
struct KeyInformationTests {
    private func template(_ components: [(KeyType, Int)]) -> KeyInformationTemplate {
        KeyInformationTemplate([
            KeyInformation(
                identifier: 0x01, version: 0x73, components: components.map { .init(type: $0.0, length: $0.1) })
        ])
    }

    @Test("components below 256 bytes are told in the basic format, longer ones in the extended")
    func formats() throws {
        let basic = template([(.rsaModulus, 128), (.rsaPublicExponent, 3)])
        #expect(basic.bytes.hex == "E008C0060173A180A003")
        let extended = template([(.rsaModulus, 256), (.rsaPublicExponent, 3)])
        #expect(extended.bytes.hex == "E00EC00C0173FFA10100FFA000030000")
        for template in [basic, extended, template([(.eccPublicKey, 65), (.eccParametersReference, 1)])] {
            #expect(try KeyInformationTemplate(bytes: template.bytes) == template)
        }
    }

    @Test("usage and access of the extended format are read over; a basic 00 stays 0, 256 or more")
    func foreign() throws {
        let usage = try KeyInformationTemplate(bytes: [UInt8](hex: "E00CC00A0173FF88001001180100"))
        #expect(usage == template([(.aes, 16)]))
        let basic = try KeyInformationTemplate(bytes: [UInt8](hex: "E006C0040173A100"))
        #expect(basic == template([(.rsaModulus, 0)]))
    }

    @Test(
        "what is cut or left over is refused",
        arguments: ["E006C0040173FF88", "E007C0050173FF8800", "E00BC0090173FF880010000000", "E006C004017301FF"])
    func malformed(digits: String) throws {
        let bytes = try [UInt8](hex: digits)
        #expect(throws: CommandDecodingError.self) { try KeyInformationTemplate(bytes: bytes) }
    }
}
