import CardTesting
import ISO7816
import ISO8583

extension Seeds {
    /// pyiso8583's messages in every dialect, malformed ones, and each of the first cut.
    static var financialMessages: [[UInt8]] {
        let whole = wholeMessages
        let malformed = vectors?.invalid.compactMap { try? [UInt8](hex: $0.hex) } ?? []
        return whole + malformed.map { [0] + $0 } + whole.map { Array($0.prefix($0.count * 2 / 3)) }
    }

    private struct Vector: Decodable {
        let messages: [Whole]
        let invalid: [Invalid]

        struct Whole: Decodable {
            let ascii_spec_hex: String
        }

        struct Invalid: Decodable {
            let hex: String
        }
    }

    private static var vectors: Vector? { try? Vectors.load("ISO8583/messages.json") }

    private static var wholeMessages: [[UInt8]] {
        let dialects: [Dialect] = [.ascii, .binary, .packed]
        let messages = (vectors?.messages ?? []).compactMap { vector in
            (try? [UInt8](hex: vector.ascii_spec_hex)).flatMap { try? Message($0, in: .ascii) }
        }
        return dialects.indices.flatMap { index in
            (messages + [tokenPayment]).map { [UInt8(index)] + $0.bytes(in: dialects[index]) }
        }
    }

    /// A payment with a token: an assertion and an element that nobody knows, in both fields of private data.
    private static var tokenPayment: Message {
        var message = Message(.financialRequest)
        var data = PrivateData()
        try? data.set(.authorizationAssertion, "e30." + String(repeating: "a", count: 1_000) + ".c2ln")
        if let unknown = PrivateData.Tag(rawValue: "Z9") { try? data.set(unknown, "nobody knows") }
        message.set(data)
        return message
    }
}
