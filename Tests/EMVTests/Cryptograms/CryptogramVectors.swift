import CardTesting
import EMV
import ISO7816
import Testing

/// `Vectors/EMV/cryptograms.json`, made with pyemv.
struct CryptogramVectors: Decodable, Sendable {
    var derivations: [Derivation]
    var sessions: [Session]
    var cryptograms: [Cryptogram]

    struct Derivation: Decodable, Sendable {
        var master, number, sequenceNumber, optionA, optionB: String
    }

    struct Session: Decodable, Sendable {
        var cardKey, counter, unpredictableNumber, common, mastercard, cryptogram, secureMessaging: String
    }

    struct Cryptogram: Decodable, Sendable, CustomTestStringConvertible {
        var version: Int
        var master, number, sequenceNumber, cardKey, cryptogram: String
        var objects: [String: String]
        var responseCode, method1, statusUpdate, proprietaryData, method2: String?

        var testDescription: String { "CVN \(version), \(number)" }

        /// The objects by tag.
        var dataObjects: [BERTag: [UInt8]] {
            Dictionary(uniqueKeysWithValues: objects.map { (tag($0.key), hex($0.value)) })
        }
    }

    static let file: CryptogramVectors = {
        do { return try Vectors.load("EMV/cryptograms.json") } catch { preconditionFailure("\(error)") }
    }()
}

/// `Vectors/EMV/uics-cryptogram.json`, a published example.
struct UICSVector: Decodable {
    var imk_ac, derivation_input, udk_ac, sk_ac, ac_data, arqc, arc, arpc: String
    var tags: [String: String]

    var dataObjects: [BERTag: [UInt8]] {
        Dictionary(uniqueKeysWithValues: tags.map { (tag($0.key), hex($0.value)) })
    }
}
