import CardTesting

/// `Vectors/EMV/qr-codes.json`.
struct QRVectors: Decodable, Sendable {
    var mpm: [Payload]
    var cpm: [Consumer]
    var invalid: [Payload]

    struct Payload: Decodable, Sendable {
        var id, payload: String
    }

    struct Consumer: Decodable, Sendable {
        var id, base64, hex: String
    }

    static let file: QRVectors = {
        do { return try Vectors.load("EMV/qr-codes.json") } catch { preconditionFailure("\(error)") }
    }()

    /// A payload by its name, empty when there is none.
    static func payload(_ id: String) -> String {
        (file.mpm + file.invalid).first { $0.id == id }?.payload ?? ""
    }
}
