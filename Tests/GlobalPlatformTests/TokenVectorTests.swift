import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import Testing

@Suite("Tokens and DAPs of other tools")
struct TokenVectorTests {
    struct File: Decodable {
        struct Token: Decodable, Sendable, CustomStringConvertible {
            let tool: String
            let key: String
            let operation: String
            let command: String

            var description: String { "\(tool), \(key), \(operation)" }
        }

        struct Pattern: Decodable {
            let tool: String
            let key: String
            let signature: String
        }

        let loadFileDataBlockHash: String
        let tokens: [Token]
        let dataAuthenticationPatterns: [Pattern]
    }

    private func key(_ name: String) throws -> VerificationKey {
        switch name {
        case "AES-128": .aes(try AESKey([UInt8](0xA0..<0xB0)))
        case "AES-256": .aes(try AESKey([UInt8](0xA0..<0xC0)))
        default: try SignatureVectors[name].signatureKey.verificationKey
        }
    }

    @Test("the tokens of GlobalPlatformPro and gpshell verify over what we say is signed, and over nothing else")
    func tokens() throws {
        let file: File = try Vectors.load("GlobalPlatform/tokens.json")
        #expect(file.tokens.count == 29)
        for vector in file.tokens {
            let command = try TokenBearingCommand(CommandAPDU(hex: vector.command))
            let key = try key(vector.key)
            #expect(command.token.count == key.signatureLength, "\(vector)")
            #expect(key.isValid(command.token, over: command.signedData), "\(vector)")
            var altered = command.signedData
            altered[altered.count - 1] ^= 1
            #expect(!key.isValid(command.token, over: altered), "\(vector)")
            #expect(try command.command(token: command.token).bytes == CommandAPDU(hex: vector.command).bytes)
        }
        #expect(file.tokens.contains { $0.command.contains("9304") }, "one has a control reference template")
    }

    @Test("the DAPs of gpshell verify over the hash")
    func patterns() throws {
        let file: File = try Vectors.load("GlobalPlatform/tokens.json")
        let hash = try [UInt8](hex: file.loadFileDataBlockHash)
        #expect(file.dataAuthenticationPatterns.count == 7)
        for pattern in file.dataAuthenticationPatterns {
            let signature = try [UInt8](hex: pattern.signature)
            #expect(try key(pattern.key).isValid(signature, over: hash), "\(pattern.key)")
            #expect(try !key(pattern.key).isValid(signature, over: hash.reversed() + [0]), "\(pattern.key)")
        }
    }
}
