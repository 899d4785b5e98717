/// Finds the name of the person on a card: optional, shown to the person, and never decisive.
enum CardholderName {
    /// Embossed and encoded names have at most 26 characters (ISO/IEC 7813).
    static let charactersMax = 26

    /// Two to four words in capital letters below the number, none of which cards print for everybody.
    static func find(in lines: [ReadLine], below number: ReadLine, confidence: Double) -> String? {
        lines.filter { $0.middle > number.middle + number.height / 2 }
            .sorted { $0.middle < $1.middle }
            .compactMap { name(on: $0, confidence: confidence) }
            .last
    }

    private static func name(on line: ReadLine, confidence: Double) -> String? {
        var words: [String] = []
        for symbol in line.symbols {
            if symbol.beginsWord || words.isEmpty { words.append("") }
            words[words.count - 1].append(symbol.character)
        }
        guard line.symbols.allSatisfy({ $0.confidence >= confidence }), (2...4).contains(words.count),
            words.allSatisfy(isNamePart), words.contains(where: { $0.count > 2 }), common.isDisjoint(with: words)
        else { return nil }
        let text = words.joined(separator: " ")
        return text.count <= charactersMax ? text : nil
    }

    /// Capital letters; between two of them a hyphen or an apostrophe; a full stop behind a single one.
    private static func isNamePart(_ word: String) -> Bool {
        let letters = word.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "'" }
        if word.count == 2, word.last == ".", let first = word.first { return isCapital(first) }
        return letters.allSatisfy { !$0.isEmpty && $0.allSatisfy(isCapital) }
    }

    private static func isCapital(_ character: Character) -> Bool { ("A"..."Z").contains(character) }

    /// What cards print besides names.
    private static let common: Set<String> = [
        "AUTHORIZED", "BANK", "BUSINESS", "CARD", "CLASSIC", "CREDIT", "CUSTOMER", "DATE", "DEBIT", "ELECTRONIC", "END",
        "EXP", "EXPIRES", "FROM", "GOLD", "GOOD", "HOTLINE", "MEMBER", "MONTH", "NATIONAL", "ONLY", "PAY", "PLATINUM",
        "SERVICE", "SIGNATURE", "SINCE", "SPECIMEN", "THRU", "UNIVERSAL", "UNTIL", "USE", "VALID", "WORLD", "YEAR",
    ]
}
