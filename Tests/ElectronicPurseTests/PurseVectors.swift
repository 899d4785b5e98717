import CardCryptography
import CardTesting
import ElectronicPurse
import ISO7816

/// `Vectors/ElectronicPurse/purse.json`.
struct PurseVectors: Decodable {
    struct Public: Decodable {
        var id: String
        var dlk: String?
        var dpk: String?
        var rnd: String?
        var online_sn: String?
        var offline_sn: String?
        var session_key: String?
        var balance_before: String?
        var tac_key_xored: String?
        var balance_after: String?
        var online_sn_before_increment: String?
        var terminal_sn: String?
        var amount: String
        var type: String
        var terminal: String
        var datetime: String
        var mac1: String?
        var mac2: String?
        var tac: String?
        var mac2_in_trace: String?
        var trace: [String]?
    }

    struct Computed: Decodable {
        struct Masters: Decodable {
            var purchase: String
            var load: String
            var tac: String
        }
        struct CardKeys: Decodable {
            var DPK: String
            var DLK: String
            var DTK: String
            var TAC_xored: String
        }
        struct Step: Decodable {
            var op: String
            var amount: UInt32
            var terminal_sn: String?
            var rnd: String
            var cmd_init: String
            var resp_init: String
            var session_key: String
            var mac1: String
            var cmd_credit: String?
            var cmd_debit: String?
            var mac2: String
            var tac: String
            var resp_debit: String?
            var cmd_prove: String?
            var resp_prove: String?
            var log_record_0018: String?
            var balance_after: UInt32
            var prove_sn: String?
        }
        var issuer_master: Masters
        var card_serial: String
        var card_keys: CardKeys
        var terminal: String
        var steps: [Step]
    }

    struct Reads: Decodable {
        var id: String
        var exchanges: [[String]]
    }

    var `public`: [Public]
    var self_computed: Computed
    var real_card_reads: [Reads]

    static func load() throws -> PurseVectors { try Vectors.load("ElectronicPurse/purse.json") }

    func published(_ id: String) -> Public {
        guard let vector = self.public.first(where: { $0.id == id }) else { preconditionFailure("no vector \(id)") }
        return vector
    }
}

func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = try? [UInt8](hex: hex.filter { $0 != " " }) else { preconditionFailure("\(hex) is not hex") }
    return bytes
}

func number<Number: FixedWidthInteger>(_ hex: String) -> Number {
    guard let number = Number(hex, radix: 16) else { preconditionFailure("\(hex) is no number") }
    return number
}

func key(_ hex: String) throws -> PurseKey { try PurseKey(SecretBytes(bytes(hex))) }

func secret(_ hex: String?) -> SecretBytes? { hex.map { SecretBytes(bytes($0)) } }
