import CardManagement
import SecureChannel

/// Asks the person at the terminal, without showing what is typed.
struct PromptKeySource: CardKeySource {
    let diversification: KeyDiversification
    var name = ""

    func material(for request: CardKeyRequest) throws(CardKeysUnavailable) -> CardKeyMaterial {
        let domain = request.securityDomain.map { " of \($0)" } ?? ""
        let version = request.keyVersion.map { ", version \($0)" } ?? ""
        guard let enc = Self.answer("\(name)Key-ENC\(domain)\(version) in hex (or ENC:MAC:DEK): "), !enc.isEmpty else {
            throw CardKeysUnavailable(reason: "no key was typed")
        }
        do {
            if enc.contains(":") { return try CardKeyOptions.material(hex: enc, diversification) }
            let mac = Self.answer("\(name)Key-MAC (the same: return): ") ?? ""
            let dek = Self.answer("\(name)Key-DEK (the same: return): ") ?? ""
            let keys = [enc, mac.isEmpty ? enc : mac, dek.isEmpty ? enc : dek].joined(separator: ":")
            return try CardKeyOptions.material(hex: keys, diversification)
        } catch {
            throw CardKeysUnavailable(reason: "\(error)")
        }
    }

    private static func answer(_ question: String) -> String? {
        Terminal.console.ask?(Console.Question(text: question, isSecret: true))?.filter { !$0.isWhitespace }
    }
}
