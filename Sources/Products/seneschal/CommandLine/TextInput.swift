import CardLink
import Foundation
import ISO7816
import SeneschalAPI

/// Files that people write, or standard input where the name is `-`.
enum TextInput {
    static let bytesMax = 4_194_304

    static func read(_ path: String) throws -> String {
        let bytes: [UInt8]
        if path == "-" {
            bytes = try [UInt8](FileHandle.standardInput.read(upToCount: bytesMax) ?? Data())
        } else {
            guard let content = try DurableFile.read(path, bytesMax: bytesMax) else {
                throw CommandFailure(.refused, "\(path) does not exist")
            }
            bytes = content
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.refused, "\(path) is not UTF-8")
        }
        return text
    }

    /// A script: one command APDU per line in hex, with spaces as you like; `#` begins a comment.
    static func commands(_ path: String) throws -> [CommandAPDU] {
        let lines = try read(path).split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { number, line in
            let code = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            guard !code.isEmpty else { return nil }
            do {
                return try CommandAPDU(bytes: [UInt8](hex: code))
            } catch {
                throw CommandFailure(.usage, "\(path), line \(number + 1): \(error)")
            }
        }
    }

    /// A script as the contract carries it.
    static func script(_ path: String) throws -> API.ProcessScriptRequest {
        API.ProcessScriptRequest(apdus: try commands(path).map { HexBytes($0.bytes) })
    }

    /// A message of the contract in JSON, checked as strictly as the server does.
    static func message<Message: WireType>(_ type: Message.Type, from path: String) throws -> Message {
        let text = try read(path)
        do {
            try Message.schema.check(try JSONValue(parsing: text.utf8))
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let violation as SchemaViolation {
            throw CommandFailure(.usage, "\(path): \(violation)")
        } catch let error as JSONParsingError {
            throw CommandFailure(.usage, "\(path): \(error)")
        }
    }
}
