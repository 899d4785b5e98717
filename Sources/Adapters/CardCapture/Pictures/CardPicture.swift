import EMV
import MobileDevice

/// A photograph on its way to a reading: gray, of the working size, and gone when the reading is done.
struct CardPicture: ~Copyable {
    private let gray: Picture

    init(decoding file: [UInt8]) throws(CardRecognitionError) {
        let whole = try Picture(decoding: file).gray()
        let factor = Double(RowFinder.workingSide) / Double(max(whole.width, whole.height))
        gray = try whole.scaled(
            width: max(1, Int(Double(whole.width) * factor)), height: max(1, Int(Double(whole.height) * factor)))
    }

    /// Upright first; a picture that shows no number is turned by one, three and two quarters.
    func judged(
        by reader: CardReader, in month: CardExpiry, _ engine: TextEngine
    ) throws(CardRecognitionError) -> RecognizedCard {
        var first: RecognizedCard?
        for quarters in [0, 1, 3, 2] {
            let finder = try RowFinder(gray.turned(quarters: quarters))
            let digits = DigitReader(net: .taught).lines(in: finder)
            let quick = reader.judge(CardReading(digitLines: digits, textLines: []), in: month)
            guard case .card = quick else {
                first = first ?? quick
                continue
            }
            let level = try Picture(gray: finder.image.pixels, width: finder.image.width, height: finder.image.height)
            let text = engine.lines(level, .sparse)
            return reader.judge(CardReading(digitLines: digits, textLines: text), in: month)
        }
        return first ?? .anotherPhotograph(.noCardNumber)
    }
}
