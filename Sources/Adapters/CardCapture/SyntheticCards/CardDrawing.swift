import MobileDevice

/// The front of a card as a drawing: pixels 0xRRGGBB00 and what stands where.
struct CardDrawing {
    var pixels: [UInt32]
    private(set) var symbols: [DrawnSymbol] = []
    let width = SyntheticCard.width
    let height = SyntheticCard.height

    /// - Throws: ``SyntheticCardError``.
    init(_ card: SyntheticCard) throws(SyntheticCardError) {
        do {
            pixels = try CardGround.pixels(of: card)
        } catch {
            throw .failed("\(error)")
        }
        let face = try card.typeface.open()
        let small = try CardTypeface.dejaVuSans.open()
        drawChip(card)
        draw(small.line(card.bank, em: 34), x: 50, baseline: 80, relief: .printed, card, role: .other)
        drawNumber(card, face)
        drawDates(card, face, small)
        if let name = card.name {
            draw(face.line(name, em: 32, spacing: 0.02), x: 60, baseline: 490, relief: card.relief, card, role: .other)
        }
        for distractor in card.distractors {
            draw(
                small.line(distractor.text, em: distractor.em), x: Int(distractor.left * Double(width)),
                baseline: Int(distractor.line * Double(height)), relief: .printed, card, role: .other)
        }
    }

    private mutating func drawNumber(_ card: SyntheticCard, _ face: LetterFont) {
        var em = Int(card.digitHeight / 0.72)
        var line = face.line(card.number, em: em, spacing: card.spacing)
        while line.width > width - 60, em > 20 {
            em -= 1
            line = face.line(card.number, em: em, spacing: card.spacing)
        }
        let left = max(20, min(60, (width - line.width) / 2))
        draw(line, x: left, baseline: Int(card.numberLine * Double(height)), relief: card.relief, card, role: .number)
    }

    private mutating func drawDates(_ card: SyntheticCard, _ face: LetterFont, _ small: LetterFont) {
        let baseline = min(450, Int(card.numberLine * Double(height)) + 76)
        var x = 330
        if let from = card.validFrom {
            draw(small.line("VALID FROM", em: 15), x: 130, baseline: baseline, relief: .printed, card, role: .other)
            draw(
                face.line(from, em: 34, spacing: 0.02), x: 225, baseline: baseline, relief: card.relief, card,
                role: .date)
            x = 420
        }
        draw(small.line("VALID THRU", em: 15), x: x, baseline: baseline, relief: .printed, card, role: .other)
        draw(
            face.line(card.expiry, em: 34, spacing: 0.02), x: x + 95, baseline: baseline, relief: card.relief, card,
            role: .date)
    }

    /// A contact plate: bright, with dark lines (ISO/IEC 7816-2).
    private mutating func drawChip(_ card: SyntheticCard) {
        for y in 170..<255 {
            for x in 90..<200 {
                let isLine = (x - 90) % 36 < 2 || (y - 170) % 28 < 2
                pixels[y * width + x] = isLine ? 0x7060_3000 : 0xD8C0_7000
            }
        }
    }

    /// Puts a line onto the card, and notes where its letters stand.
    private mutating func draw(
        _ line: LetterFont.Line, x: Int, baseline: Int, relief: SyntheticCard.Relief, _ card: SyntheticCard,
        role: DrawnSymbol.Role
    ) {
        let top = baseline - line.baseline
        switch relief {
        case .printed: blend(line, x, top, ink: card.ink, strength: 1)
        case .embossed:
            shade(line, x, top, depth: 70)
            blend(line, x, top, ink: card.ink, strength: 0.55)
        case .bare: shade(line, x, top, depth: 110)
        }
        for letter in line.letters {
            let left = Double(x) + letter.left, right = Double(x) + letter.right
            let upper = Double(baseline) - line.digitHeight, lower = Double(baseline)
            symbols.append(
                DrawnSymbol(
                    character: letter.character, role: role,
                    corners: [Point(left, upper), Point(right, upper), Point(right, lower), Point(left, lower)]))
        }
    }

    private mutating func blend(_ line: LetterFont.Line, _ left: Int, _ top: Int, ink: Double, strength: Double) {
        let ink = Int(ink * 255), weight = Int(strength * 256)
        forEachPixel(of: line, left, top) { color, index in
            let alpha = Int(line.coverage[index]) * weight / 255
            if alpha == 0 { return color }
            return mapped(color) { ($0 * (256 - alpha) + ink * alpha) / 256 }
        }
    }

    /// Light from the upper left on letters that stand out: what faces it is bright, what is turned away dark.
    private mutating func shade(_ line: LetterFont.Line, _ left: Int, _ top: Int, depth: Int) {
        let soft = softened(line)
        forEachPixel(of: line, left, top) { color, index in
            let before = index - 2 * line.width - 2, after = index + 2 * line.width + 2
            guard before >= 0, after < soft.count else { return color }
            let light = (soft[after] - soft[before]) * depth / 255
            if light == 0 { return color }
            return mapped(color) { max(0, min(255, $0 + light)) }
        }
    }

    private func softened(_ line: LetterFont.Line) -> [Int] {
        let width = line.width, coverage = line.coverage
        var soft = [Int](repeating: 0, count: coverage.count)
        for index in width + 1..<coverage.count - width - 1 {
            let sum =
                Int(coverage[index]) * 2 + Int(coverage[index - 1]) + Int(coverage[index + 1])
                + Int(coverage[index - width]) + Int(coverage[index + width])
            soft[index] = sum / 6
        }
        return soft
    }

    private mutating func forEachPixel(
        of line: LetterFont.Line, _ left: Int, _ top: Int, _ change: (UInt32, Int) -> UInt32
    ) {
        for row in max(0, -top)..<max(max(0, -top), min(line.height, height - top)) {
            for column in max(0, -left)..<max(max(0, -left), min(line.width, width - left)) {
                let place = (top + row) * width + left + column
                pixels[place] = change(pixels[place], row * line.width + column)
            }
        }
    }
}

/// Changes red, green and blue alike.
func mapped(_ color: UInt32, _ change: (Int) -> Int) -> UInt32 {
    let red = change(Int(color >> 24)), green = change(Int(color >> 16 & 0xFF)), blue = change(Int(color >> 8 & 0xFF))
    return UInt32(truncatingIfNeeded: red << 24 | green << 16 | blue << 8)
}
