import CTesseract
import MobileDevice

/// Tesseract with the English letters. Used by one thread at a time.
final class TextEngine {
    private let engine: OpaquePointer

    /// - Throws: ``CardRecognitionError`` `.noEngine` where Tesseract or its letters are not installed.
    init() throws(CardRecognitionError) {
        guard let engine = ctesseract_engine_create(nil, "eng") else {
            throw .noEngine(nextStep: "install the packages libtesseract5 and tesseract-ocr-eng")
        }
        self.engine = engine
        for (variable, value) in [
            ("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+-.' "), ("lstm_choice_mode", "2"),
            ("load_system_dawg", "0"), ("load_freq_dawg", "0"),
        ] { _ = ctesseract_engine_set(engine, variable, value) }
    }

    deinit { ctesseract_engine_destroy(engine) }

    /// How Tesseract is to look at a picture: PSM.
    enum Segmentation: Int32 {
        case oneBlock = 6
        case oneLine = 7
        case sparse = 11
    }

    static let symbolsMax = 2000

    /// The lines of a gray or black and white picture; nothing of it stays in the engine.
    func lines(_ picture: borrowing Picture, _ segmentation: Segmentation) -> [ReadLine] {
        ctesseract_engine_set_segmentation(engine, segmentation.rawValue)
        defer { ctesseract_engine_clear(engine) }
        guard let results = ctesseract_engine_recognize(engine, picture.pix, 300) else { return [] }
        defer { ctesseract_results_destroy(results) }
        var lines: [ReadLine] = []
        var count = 0
        repeat {
            guard let symbol = Self.symbol(results) else { continue }
            if ctesseract_results_begins_line(results) != 0 || lines.isEmpty { lines.append(ReadLine(symbols: [])) }
            lines[lines.count - 1].symbols.append(symbol)
            count += 1
        } while count < Self.symbolsMax && ctesseract_results_next(results) != 0
        return lines
    }

    private static func symbol(_ results: OpaquePointer) -> ReadSymbol? {
        var text = [CChar](repeating: 0, count: 16)
        let length = ctesseract_results_text(results, &text, text.count)
        let bytes = text.prefix(length).map { UInt8(bitPattern: $0) }
        guard let character = String(decoding: bytes, as: UTF8.self).first else { return nil }
        let confidence = Double(ctesseract_results_confidence(results)) / 100
        var choices = [ctesseract_choice](repeating: ctesseract_choice(), count: 4)
        let found = Int(ctesseract_results_choices(results, &choices, Int32(choices.count)))
        let others = choices.prefix(found).compactMap { choice -> ReadSymbol.Alternative? in
            let other = withUnsafeBytes(of: choice.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard let first = other.first, first != character else { return nil }
            return ReadSymbol.Alternative(first, min(confidence, Double(choice.confidence) / 100))
        }
        var box = [Int32](repeating: 0, count: 4)
        guard ctesseract_results_box(results, &box) != 0 else { return nil }
        let sides = box.map(Double.init)
        return ReadSymbol(
            [ReadSymbol.Alternative(character, confidence)] + others, x: (sides[0] + sides[2]) / 2,
            y: (sides[1] + sides[3]) / 2, width: sides[2] - sides[0], height: sides[3] - sides[1],
            beginsWord: ctesseract_results_begins_word(results) != 0)
    }
}
