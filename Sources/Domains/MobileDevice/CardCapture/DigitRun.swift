/// Digits of one line that stand together in groups, as a card prints its number.
struct DigitRun {
    let symbols: [ReadSymbol]
    /// The number of digits of each group.
    let groups: [Int]
    /// The distance of two digits within a group, in pixels.
    let pitch: Double

    var digits: String { String(symbols.map(\.character)) }
    var confidence: Double { symbols.map(\.confidence).min() ?? 0 }
    var margin: Double { symbols.map(\.margin).min() ?? 0 }

    /// The runs of a line: what is no digit, and a gap of more than three digits, ends one.
    static func all(of line: ReadLine) -> [DigitRun] {
        var stretches: [[ReadSymbol]] = [[]]
        for symbol in line.symbols {
            if !symbol.isDigit {
                stretches.append([])
            } else if let last = stretches[stretches.count - 1].last, symbol.x - last.x > 3.2 * line.height {
                stretches.append([symbol])
            } else {
                stretches[stretches.count - 1].append(symbol)
            }
        }
        return stretches.filter { !$0.isEmpty }.map(DigitRun.init)
    }

    private init(_ symbols: [ReadSymbol]) {
        self.symbols = symbols
        let distances = zip(symbols, symbols.dropFirst()).map { $1.x - $0.x }
        let pitch = Self.pitch(of: distances)
        var groups = [1]
        for distance in distances {
            if distance > Self.gapFactor * pitch { groups.append(1) } else { groups[groups.count - 1] += 1 }
        }
        self.groups = groups
        self.pitch = pitch
    }

    /// Digits within a group are nearer to each other than groups are; most distances are of the first kind.
    private static func pitch(of distances: [Double]) -> Double {
        distances.isEmpty ? 0 : distances.sorted()[distances.count * 2 / 5]
    }

    static let gapFactor = 1.33

    /// Whether digits stand as far from each other as their neighbours do: one that was lost or read twice shows here.
    var isEven: Bool {
        let distances = zip(symbols, symbols.dropFirst()).map { $1.x - $0.x }
        let gaps = distances.filter { $0 > Self.gapFactor * pitch }
        let narrow = distances.filter { $0 <= Self.gapFactor * pitch }
        let gapsAreAlike = (gaps.max() ?? 0) <= 1.4 * (gaps.min() ?? 0)
        return gapsAreAlike && narrow.allSatisfy { $0 >= 0.72 * pitch }
    }

    /// Whether cards print numbers in such groups: without gaps, in fours, and 4-6-5, 4-6-4, 6-13.
    var isGroupedLikeACardNumber: Bool {
        guard groups.count > 1 else { return true }
        if [[4, 6, 5], [4, 6, 4], [6, 13], [8, 8], [8, 11]].contains(groups) { return true }
        return groups.dropLast().allSatisfy { $0 == 4 } && groups.count >= 4
            && (1...4).contains(groups[groups.count - 1])
    }
}
