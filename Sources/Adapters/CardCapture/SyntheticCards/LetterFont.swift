import CFreeType

/// A font file that letters are drawn with. Used by one task at a time.
final class LetterFont {
    private let font: OpaquePointer

    /// - Returns: `nil` where there is no FreeType or no such font.
    init?(path: String) {
        guard let font = cfreetype_open(path) else { return nil }
        self.font = font
    }

    deinit { cfreetype_close(font) }

    /// How much of each pixel a text covers, and where each letter stands.
    struct Line {
        var width: Int
        var height: Int
        /// The pixel row on which the letters stand.
        var baseline: Int
        /// 0 to 255.
        var coverage: [UInt8]
        var letters: [(character: Character, left: Double, right: Double)]
        /// From the baseline up, of the digits.
        var digitHeight: Double
    }

    static let margin = 4

    /// - Parameters:
    ///   - spacing: added after each letter, in parts of the em.
    ///   - space: the width of a space in parts of the em; `nil` for the font's own.
    func line(_ text: String, em: Int, spacing: Double = 0, space: Double? = nil) -> Line {
        let height = em * 3 / 2 + 2 * Self.margin
        let baseline = Self.margin + em * 11 / 10
        var pen = Double(Self.margin + 2)
        var placed: [(glyph: cfreetype_glyph, pixels: [UInt8], x: Int)] = []
        var letters: [(character: Character, left: Double, right: Double)] = []
        for scalar in text.unicodeScalars {
            var glyph = cfreetype_glyph()
            guard cfreetype_draw(font, scalar.value, UInt32(em), &glyph) == 0 else { continue }
            if scalar == " " {
                pen += (space.map { $0 * Double(em) } ?? Double(glyph.advance) / 64) + spacing * Double(em)
                continue
            }
            placed.append((glyph, Self.pixels(of: glyph), Int(pen.rounded())))
            letters.append((Character(scalar), pen, pen + Double(glyph.advance) / 64))
            pen += Double(glyph.advance) / 64 + spacing * Double(em)
        }
        let width = Int(pen) + em / 2 + Self.margin
        var coverage = [UInt8](repeating: 0, count: width * height)
        for (glyph, pixels, x) in placed {
            for row in 0..<Int(glyph.height) {
                let y = baseline - Int(glyph.top) + row
                guard (0..<height).contains(y) else { continue }
                for column in 0..<Int(glyph.width) {
                    let place = x + Int(glyph.left) + column
                    guard (0..<width).contains(place) else { continue }
                    let value = pixels[row * Int(glyph.width) + column]
                    coverage[y * width + place] = max(coverage[y * width + place], value)
                }
            }
        }
        var zero = cfreetype_glyph()
        _ = cfreetype_draw(font, 0x30, UInt32(em), &zero)
        return Line(
            width: width, height: height, baseline: baseline, coverage: coverage, letters: letters,
            digitHeight: Double(zero.top))
    }

    private static func pixels(of glyph: cfreetype_glyph) -> [UInt8] {
        guard let coverage = glyph.coverage else { return [] }
        return (0..<Int(glyph.height)).flatMap { row in
            UnsafeBufferPointer(start: coverage + row * Int(glyph.stride), count: Int(glyph.width))
        }
    }
}
