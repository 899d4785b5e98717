/// What an engine read on a picture of a card, line by line, before anybody has judged it.
public struct CardReading: Sendable {
    /// Lines read digit by digit.
    public var digitLines: [ReadLine]
    /// Lines read as text: names, dates and words.
    public var textLines: [ReadLine]

    public init(digitLines: [ReadLine], textLines: [ReadLine]) {
        self.digitLines = digitLines
        self.textLines = textLines
    }
}

/// One printed line, from left to right.
public struct ReadLine: Sendable {
    public var symbols: [ReadSymbol]

    public init(symbols: [ReadSymbol]) { self.symbols = symbols }

    /// The line's height in pixels: of its symbols the median.
    public var height: Double {
        let heights = symbols.map(\.height).sorted()
        return heights.isEmpty ? 0 : heights[heights.count / 2]
    }

    /// Where the middle of the line is, in pixels from the top.
    public var middle: Double {
        symbols.isEmpty ? 0 : symbols.reduce(0) { $0 + $1.y } / Double(symbols.count)
    }
}

/// One place on a line and what may stand there.
public struct ReadSymbol: Sendable {
    public struct Alternative: Sendable, Hashable {
        public var character: Character
        /// 0 to 1.
        public var confidence: Double

        public init(_ character: Character, _ confidence: Double) {
            self.character = character
            self.confidence = confidence
        }
    }

    /// The best first; never empty.
    public let alternatives: [Alternative]
    /// The middle of the symbol, in pixels along the line and from the top.
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double
    /// Whether a word begins here, as far as the engine says so.
    public var beginsWord: Bool

    /// - Returns: `nil` without an alternative.
    public init?(
        _ alternatives: [Alternative], x: Double, y: Double, width: Double, height: Double, beginsWord: Bool = false
    ) {
        guard !alternatives.isEmpty else { return nil }
        self.alternatives = alternatives.sorted { $0.confidence > $1.confidence }
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        self.beginsWord = beginsWord
    }

    public var character: Character { alternatives[0].character }
    public var confidence: Double { alternatives[0].confidence }
    /// By how much the best is ahead of the second.
    public var margin: Double { confidence - (alternatives.count > 1 ? alternatives[1].confidence : 0) }
    var isDigit: Bool { character.isASCII && character.isNumber }
}
