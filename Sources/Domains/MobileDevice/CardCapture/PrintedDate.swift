import EMV

/// Finds the expiry among the dates on a card.
enum PrintedDate {
    /// Cards are issued for fewer years than this.
    static let yearsAheadMax = 20

    /// The last of the dates `MM/YY` that may be an expiry: `VALID FROM` stands before it.
    static func expiry(in reading: CardReading, notBefore month: CardExpiry, confidence: Double) -> CardExpiry? {
        (reading.digitLines + reading.textLines)
            .flatMap { dates(on: $0, confidence: confidence) }
            .filter { $0 >= month && months(of: $0) - months(of: month) <= yearsAheadMax * 12 }
            .max()
    }

    /// Two digits, a slash and two digits, with nothing close before or behind.
    private static func dates(on line: ReadLine, confidence: Double) -> [CardExpiry] {
        let symbols = line.symbols
        guard symbols.count >= 5 else { return [] }
        return (0...symbols.count - 5).compactMap { start in
            let five = symbols[start..<start + 5]
            guard five.allSatisfy({ $0.confidence >= confidence }), stand(together: five),
                start == 0 || !touches(symbols[start - 1], five[start]),
                start + 5 == symbols.count || !touches(five[start + 4], symbols[start + 5]),
                five[start + 2].character == "/"
            else { return nil }
            return CardExpiry(printed: String(five.map(\.character)))
        }
    }

    private static func stand(together symbols: ArraySlice<ReadSymbol>) -> Bool {
        zip(symbols, symbols.dropFirst()).allSatisfy { touches($0, $1) }
    }

    private static func touches(_ left: ReadSymbol, _ right: ReadSymbol) -> Bool {
        right.x - left.x < 1.25 * max(left.height, right.height) && !(right.beginsWord && !right.isDigit)
            && (!left.character.isLetter && !right.character.isLetter)
    }

    private static func months(of date: CardExpiry) -> Int { date.year * 12 + date.month }
}
