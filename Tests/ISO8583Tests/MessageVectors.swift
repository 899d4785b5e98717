import CardTesting
import ISO7816
import ISO8583
import Testing

/// `Vectors/ISO8583/messages.json`: pyiso8583's messages in characters.
struct MessageVectors: Decodable {
    let messages: [Whole]
    let invalid: [Invalid]

    struct Whole: Decodable {
        let id: String
        let fields: [String: String]
        let ascii_spec_hex: String
        let binary_bitmap_hex: String
    }

    struct Invalid: Decodable {
        let id: String
        let hex: String
    }

    static let all: MessageVectors = {
        do { return try Vectors.load("ISO8583/messages.json") } catch { fatalError("\(error)") }
    }()
}

/// `Vectors/ISO8583/packed.json`: binary-coded decimals, malformed neighbours, authentication codes.
struct PackedVectors: Decodable {
    let messages: [Whole]
    let malformed: [Malformed]
    let authenticated: [Authenticated]

    struct Whole: Decodable {
        let id: String
        let hex: String
    }

    struct Malformed: Decodable {
        let name: String
        let hex: String
        let field: String
        let offset: Int
    }

    struct Authenticated: Decodable, CustomStringConvertible {
        let id: String
        let dialect: String
        let algorithm: String
        let key: String
        let code: String
        let hex: String

        var description: String { "\(id) \(dialect) \(algorithm)" }
    }

    static let all: PackedVectors = {
        do { return try Vectors.load("ISO8583/packed.json") } catch { fatalError("\(error)") }
    }()
}

extension MessageVectors.Whole {
    /// The message of the fields as the vector names them: `t` and numbers.
    func message() throws -> Message {
        var message = Message(try #require(fields["t"].flatMap { Int($0) }.flatMap { MessageType($0) }))
        for (name, value) in fields where name != "t" {
            let element = try #require(Int(name).flatMap { DataElement(rawValue: $0) })
            if element.format.content == .b {
                try message.set(element, bytes: [UInt8](hex: value))
            } else {
                try message.set(element, value)
            }
        }
        return message
    }

    static func named(_ id: String) throws -> MessageVectors.Whole {
        try #require(MessageVectors.all.messages.first { $0.id == id })
    }
}
