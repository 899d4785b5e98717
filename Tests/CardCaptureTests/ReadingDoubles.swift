import EMV
import MobileDevice

/// Lines as an engine reads them: a digit every 20 pixels, half as much again for a space.
enum Reading {
    static func line(
        _ text: String, y: Double = 300, confidence: Double = 0.99,
        doubts: [Int: (confidence: Double, other: Character, otherConfidence: Double)] = [:]
    ) -> ReadLine {
        var x = 100.0
        var symbols: [ReadSymbol] = []
        var beginsWord = true
        for character in text {
            guard character != " " else {
                x += 14
                beginsWord = true
                continue
            }
            let doubt = doubts[symbols.count]
            let alternatives =
                [ReadSymbol.Alternative(character, doubt?.confidence ?? confidence)]
                + (doubt.map { [ReadSymbol.Alternative($0.other, $0.otherConfidence)] } ?? [])
            if let symbol = ReadSymbol(alternatives, x: x, y: y, width: 15, height: 24, beginsWord: beginsWord) {
                symbols.append(symbol)
            }
            x += 20
            beginsWord = false
        }
        return ReadLine(symbols: symbols)
    }

    static func judged(
        _ digits: [ReadLine], text: [ReadLine] = [], in month: CardExpiry = november2026
    ) -> RecognizedCard {
        CardReader().judge(CardReading(digitLines: digits, textLines: text), in: month)
    }

    static var november2026: CardExpiry { month(11, 26) }

    static func month(_ month: Int, _ year: Int) -> CardExpiry {
        guard let expiry = CardExpiry(year: year, month: month) else { preconditionFailure("a month of a test") }
        return expiry
    }
}
