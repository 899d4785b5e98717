import MobileDevice

/// Reads rows of digits on a picture with a ``DigitNet``.
struct DigitReader {
    let net: DigitNet

    /// The lines that show at least five digits or a date, each once.
    func lines(in finder: RowFinder) -> [ReadLine] {
        var read: [(row: DigitRow, places: [Place], score: Double)] = []
        for row in finder.rows {
            // Edges alone do not tell the height of digits well.
            let usual = places(on: DigitStrip(row, of: finder.image), offsets: [0])
            guard usual.count >= 3 else { continue }
            let attempts = [1.0, 0.84, 1.19].map { factor in
                var row = row
                row.height *= factor
                let places = factor == 1 ? usual : places(on: DigitStrip(row, of: finder.image), offsets: [0])
                return (row: row, places: places, score: places.reduce(0) { $0 + $1.certainty - 0.5 })
            }
            guard let best = attempts.max(by: { $0.score < $1.score }), best.places.count >= 4 else { continue }
            read.append(best)
        }
        read.sort { $0.score > $1.score }
        var lines: [ReadLine] = [], rows: [DigitRow] = []
        for attempt in read where !rows.contains(where: { Self.overlap($0, attempt.row) }) {
            guard let line = certain(attempt.row, finder.image) else { continue }
            lines.append(line)
            rows.append(attempt.row)
            if lines.count == Self.linesMax { break }
        }
        return lines
    }

    static let linesMax = 5

    /// The same row looked at in several sizes and places: what is not seen every time is not certain.
    private func certain(_ row: DigitRow, _ image: GrayImage) -> ReadLine? {
        let variants = [(1.0, 0.0), (0.94, 0.0), (1.07, 0.0), (1.0, 0.05), (1.0, -0.05)]
        let looks = variants.map { size, lift in
            var seen = row
            seen.height *= size
            seen.middle += lift * row.height
            return answers(on: DigitStrip(seen, of: image), offsets: [0, 2])
        }
        guard let first = looks.first else { return nil }
        let symbols = Self.places(in: first).compactMap { place -> ReadSymbol? in
            let x = first.strip.x(at: place.column)
            var alternatives = [Double](repeating: 0, count: DigitNet.classes)
            alternatives[place.answer] = 1
            for look in looks {
                let seen = look.best(near: look.strip.column(at: x), of: place.answer)
                for index in alternatives.indices {
                    alternatives[index] =
                        index == place.answer
                        ? min(alternatives[index], Double(seen[index])) : max(alternatives[index], Double(seen[index]))
                }
            }
            guard alternatives[place.answer] >= Self.seenAtLeast else { return nil }
            let named = alternatives.indices.filter { $0 != DigitNet.nothing }.map {
                ReadSymbol.Alternative(Self.characters[$0], alternatives[$0])
            }
            return ReadSymbol(
                named, x: x, y: row.y(at: x), width: row.height * 0.65, height: row.height)
        }
        return symbols.count >= 4 ? ReadLine(symbols: symbols) : nil
    }

    /// What some looks do not see at all is a stain, or a digit whose place stays empty.
    private static let seenAtLeast = 0.3

    private static let characters = Array("0123456789/")

    /// A place at which a digit or a slash was seen.
    struct Place {
        var column: Double
        var answer: Int
        var certainty: Double
        /// The certainties of all its columns.
        var weight: Double

        mutating func add(column other: Double, certainty more: Double) {
            column = (column * weight + other * more) / (weight + more)
            weight += more
            certainty = max(certainty, more)
        }
    }

    struct Answers {
        let strip: DigitStrip
        /// By column: every second or fourth one.
        var columns: [(column: Double, probabilities: ArraySlice<Float>)]

        /// The answer within three columns that is surest of a class.
        func best(near column: Double, of answer: Int) -> [Float] {
            let near = columns.filter { abs($0.column - column) <= 3 }
            let best = near.max {
                $0.probabilities[$0.probabilities.startIndex + answer]
                    < $1.probabilities[$1.probabilities.startIndex + answer]
            }
            return best.map { Array($0.probabilities) } ?? [Float](repeating: 0, count: DigitNet.classes)
        }
    }

    private func places(on strip: DigitStrip, offsets: [Int]) -> [Place] {
        Self.places(in: answers(on: strip, offsets: offsets))
    }

    private func answers(on strip: DigitStrip, offsets: [Int]) -> Answers {
        var columns: [(column: Double, probabilities: ArraySlice<Float>)] = []
        for offset in offsets {
            let answers = net.answers(strip, offset: offset)
            for (index, start) in stride(from: 0, to: answers.count, by: DigitNet.classes).enumerated() {
                columns.append(
                    (
                        Double(offset + index * DigitNet.step + DigitNet.window / 2),
                        answers[start..<start + DigitNet.classes]
                    ))
            }
        }
        return Answers(strip: strip, columns: columns.sorted { $0.column < $1.column })
    }

    /// Neighbouring columns that see the same are one place; of two close to each other the one seen more often stays.
    private static func places(in answers: Answers) -> [Place] {
        var stretches: [Place] = []
        var previous: Int?
        for (column, probabilities) in answers.columns {
            let first = probabilities.startIndex
            guard probabilities[first + DigitNet.nothing] < 0.5,
                let best = (0..<DigitNet.nothing).max(by: { probabilities[first + $0] < probabilities[first + $1] })
            else {
                previous = nil
                continue
            }
            let certainty = Double(probabilities[first + best])
            if previous == best, let last = stretches.indices.last {
                stretches[last].add(column: column, certainty: certainty)
            } else {
                stretches.append(Place(column: column, answer: best, certainty: certainty, weight: certainty))
            }
            previous = best
        }
        var places: [Place] = []
        for place in stretches.sorted(by: { $0.weight > $1.weight })
        where !places.contains(where: { abs($0.column - place.column) < closest }) {
            places.append(place)
        }
        return places.sorted { $0.column < $1.column }
    }

    /// Digits do not stand nearer to each other, in columns of the strip.
    private static let closest = 8.5

    private static func overlap(_ one: DigitRow, _ other: DigitRow) -> Bool {
        let left = max(one.left, other.left), right = min(one.right, other.right)
        guard right > left else { return false }
        let x = (left + right) / 2
        return abs(one.y(at: x) - other.y(at: x)) < 0.5 * max(one.height, other.height)
    }
}
