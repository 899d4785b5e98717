import CardCapture
import EMV

/// One picture of the corpus; everything on it follows from its seed.
struct Specimen: Sendable, CustomStringConvertible {
    let seed: UInt64
    let typeface: CardTypeface
    let relief: SyntheticCard.Relief
    let difficulty: CardPhotograph.Difficulty
    let number: String
    let expiry: String
    let name: String
    let card: SyntheticCard
    let photograph: CardPhotograph

    init(
        seed: UInt64, _ typeface: CardTypeface, _ relief: SyntheticCard.Relief,
        _ difficulty: CardPhotograph.Difficulty
    ) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        self.typeface = typeface
        self.relief = relief
        self.difficulty = difficulty
        let (number, groups) = Self.anyNumber(using: &random)
        let month = 1 + Int(random.next() % 12)
        self.number = number
        expiry = (month < 10 ? "0" : "") + "\(month)/\(27 + random.next() % 9)"
        name = Self.names[Int(random.next() % UInt64(Self.names.count))]
        card = SyntheticCard.random(
            number: number, groups: groups, expiry: expiry, name: name, typeface: typeface, relief: relief,
            using: &random)
        photograph = CardPhotograph.random(difficulty, using: &random)
    }

    func file() throws(SyntheticCardError) -> [UInt8] { try photograph.file(of: card) }

    var description: String { "\(typeface.name), \(relief), \(difficulty), seed \(seed)" }

    private static let names = [
        "ADA LOVELACE", "ALAN M TURING", "GRACE HOPPER", "LI XIAOMING", "WANG FANG", "JOSE GARCIA-LOPEZ",
        "ANNA O'NEILL", "K VAN DER BERG",
    ]

    /// Of a known issuer, with its usual groups.
    static func anyNumber(using random: inout SeededGenerator) -> (digits: String, groups: [Int]) {
        let groupings19 = [[6, 13], [4, 4, 4, 4, 3], [19]]
        return switch random.next() % 8 {
        case 0: (number("6217", 19, using: &random), groupings19[Int(random.next() % 3)])
        case 1: (number("37", 15, using: &random), [4, 6, 5])
        case 2: (number("5\(1 + random.next() % 5)", 16, using: &random), [4, 4, 4, 4])
        case 3: (number("622\(5 + random.next() % 3)", 16, using: &random), [4, 4, 4, 4])
        default: (number("4", 16, using: &random), [4, 4, 4, 4])
        }
    }

    static func number(_ prefix: String, _ count: Int, using random: inout SeededGenerator) -> String {
        var digits = prefix
        while digits.count < count - 1 { digits += "\(random.next() % 10)" }
        return digits + "\(Luhn.checkDigit(of: Array(digits.utf8)))"
    }
}
