import MobileDevice

@testable import CardCapture

/// Windows cut from synthetic photographs, with what stands in their middle.
enum DigitLessons {
    static func from(
        _ card: SyntheticCard, _ photograph: CardPhotograph, using random: inout SeededGenerator
    ) throws -> [DigitTeacher.Lesson] {
        let drawing = try CardDrawing(card)
        var photograph = photograph
        photograph.quarters = 0
        let developed = try photograph.develop(drawing)
        var picture = try developed.gray()
        if let quality = photograph.jpegQuality {
            picture = try Picture(decoding: try picture.jpeg(quality: quality))
        }
        let image = picture.grayPixels
        guard let map = Homography(from: CardPhotograph.drawingCorners, to: photograph.cardCorners) else { return [] }
        let symbols = drawing.symbols.map { symbol in
            DrawnSymbol(character: symbol.character, role: symbol.role, corners: symbol.corners.map(map.map))
        }
        var lessons: [DigitTeacher.Lesson] = []
        for line in lines(symbols) {
            for _ in 0..<(line[0].role == .other ? 1 : 2) {
                lessons += cut(line, symbols, image, using: &random)
            }
        }
        for _ in 0..<3 { lessons += nothing(symbols, image, using: &random) }
        return lessons
    }

    /// Symbols that were drawn one after the other at the same height.
    private static func lines(_ symbols: [DrawnSymbol]) -> [[DrawnSymbol]] {
        var lines: [[DrawnSymbol]] = []
        for symbol in symbols {
            if let last = lines.last?.last, last.role == symbol.role, symbol.middle.x > last.middle.x,
                abs(symbol.middle.y - last.middle.y) < last.height * 0.6, abs(symbol.height / last.height - 1) < 0.3
            {
                lines[lines.count - 1].append(symbol)
            } else {
                lines.append([symbol])
            }
        }
        return lines.filter { $0.count > 2 }
    }

    private static let digitLike = Set("OQDILBSZGlo|")

    private static func cut(
        _ line: [DrawnSymbol], _ symbols: [DrawnSymbol], _ image: GrayImage, using random: inout SeededGenerator
    ) -> [DigitTeacher.Lesson] {
        let first = line[0].middle, last = line[line.count - 1].middle
        var slope = (last.y - first.y) / max(1, last.x - first.x)
        let middle = Point((first.x + last.x) / 2, (first.y + last.y) / 2)
        let trueHeight = line.map(\.height).reduce(0, +) / Double(line.count)
        slope += random.number(-0.012...0.012)
        let height = trueHeight * random.number(0.86...1.18)
        let lift = random.number(-0.09...0.09) * height
        let row = DigitRow(
            left: first.x - trueHeight, right: last.x + trueHeight, middle: middle.y - slope * middle.x + lift,
            slope: slope, height: height)
        let strip = DigitStrip(row, of: image)
        var lessons: [DigitTeacher.Lesson] = []
        for (index, symbol) in line.enumerated() {
            let center = strip.column(at: symbol.middle.x)
            if let answer = answer(for: symbol.character) {
                lessons += window(strip, at: center + random.number(-2.6...2.6), answer)
            }
            guard index > 0, random.chance(0.5) else { continue }
            let before = strip.column(at: line[index - 1].middle.x), gap = center - before
            let place = gap > 24 ? random.number(before + 10...center - 10) : before + gap * random.number(0.45...0.55)
            lessons += window(strip, at: place, DigitNet.nothing)
        }
        return lessons
    }

    private static func answer(for character: Character) -> Int? {
        if let digit = character.wholeNumberValue { return digit }
        if character == "/" { return DigitNet.slash }
        return digitLike.contains(character) ? nil : DigitNet.nothing
    }

    /// Rows at any place, where no symbol of such a size is.
    private static func nothing(
        _ symbols: [DrawnSymbol], _ image: GrayImage, using random: inout SeededGenerator
    ) -> [DigitTeacher.Lesson] {
        let left = random.number(0...500), height = random.number(16...60)
        let row = DigitRow(
            left: left, right: left + 300, middle: random.number(30...600), slope: random.number(-0.1...0.1),
            height: height)
        let strip = DigitStrip(row, of: image)
        return (0..<5).flatMap { _ in
            let column = random.number(30...Double(strip.width - 30))
            let x = strip.x(at: column), y = row.y(at: x)
            let isFree = symbols.allSatisfy { symbol in
                abs(symbol.middle.x - x) > 0.55 * height || abs(symbol.middle.y - y) > 0.5 * (height + symbol.height)
                    || symbol.height < 0.45 * height || symbol.height > 2.2 * height
            }
            return isFree ? window(strip, at: column, DigitNet.nothing) : []
        }
    }

    private static func window(_ strip: DigitStrip, at column: Double, _ answer: Int) -> [DigitTeacher.Lesson] {
        let left = Int(column.rounded()) - DigitNet.window / 2
        guard left >= 0, left + DigitNet.window <= strip.width else { return [] }
        let values = (0..<DigitStrip.height).flatMap { row in
            strip.values[row * strip.width + left..<row * strip.width + left + DigitNet.window]
        }
        return [DigitTeacher.Lesson(window: values, answer: answer)]
    }
}

extension DrawnSymbol {
    var middle: Point {
        Point(corners.map(\.x).reduce(0, +) / 4, corners.map(\.y).reduce(0, +) / 4)
    }

    var height: Double {
        let left = corners[3].y - corners[0].y, right = corners[2].y - corners[1].y
        return (left + right) / 2
    }
}
