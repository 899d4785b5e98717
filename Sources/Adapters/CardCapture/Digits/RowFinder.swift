import MobileDevice

/// Finds where on a level picture lines of digits may stand: edges that lie close together in a long low band.
struct RowFinder {
    /// A picture cut down to this many pixels along its longer side shows a card number's digits 20 to 50 high.
    static let workingSide = 960

    let image: GrayImage
    let rows: [DigitRow]

    private static let piecesMax = 4000
    static let rowsMax = 12

    /// - Parameter picture: gray, of the working size.
    init(_ picture: borrowing Picture) throws(CardRecognitionError) {
        let level = try Self.leveled(picture)
        image = level.grayPixels
        let edges = try level.blurred(2, 2).gradient(3, 3)
        let strengths = edges.grayPixels
        var found: [DigitRow] = []
        for part in [0.07, 0.15] {
            let bits = try edges.threshold(Self.threshold(strengths, above: part)).inverted()
            for (width, height) in [(23, 3), (45, 3)] {
                let bands = try bits.closed(width, height).opened(23, 7)
                for box in bands.components(limit: Self.piecesMax) ?? [] {
                    guard let row = Self.row(in: box, strengths) else { continue }
                    if !found.contains(where: { Self.areAlike($0, row) }) { found.append(row) }
                }
            }
        }
        var all = Self.chained(found)
        for row in found where !all.contains(where: { Self.areAlike($0, row) }) { all.append(row) }
        rows = Array(
            all.filter { $0.right - $0.left > 2.5 * $0.height }.sorted { $0.right - $0.left > $1.right - $1.left }
                .prefix(Self.rowsMax))
    }

    /// Pieces of the same height that stand one behind the other on a line, as the groups of a number do.
    private static func chained(_ pieces: [DigitRow]) -> [DigitRow] {
        var chains: [DigitRow] = []
        let sorted = pieces.sorted { $0.left < $1.left }
        for (index, piece) in sorted.enumerated() {
            var chain = [piece]
            for next in sorted[(index + 1)...] {
                let last = chain[chain.count - 1]
                let gap = next.left - last.right
                guard gap > -0.5 * last.height, gap < 3 * last.height, abs(next.height / piece.height - 1) < 0.3,
                    abs(middle(of: next) - middle(of: last)) < 0.3 * piece.height + 0.05 * max(0, gap)
                else { continue }
                chain.append(next)
            }
            guard chain.count > 1, let row = joined(chain) else { continue }
            if !chains.contains(where: { areAlike($0, row) }) { chains.append(row) }
        }
        return chains
    }

    private static func middle(of row: DigitRow) -> Double { row.y(at: (row.left + row.right) / 2) }

    private static func joined(_ chain: [DigitRow]) -> DigitRow? {
        let points = chain.map { row in
            (x: (row.left + row.right) / 2, y: middle(of: row), weight: row.right - row.left)
        }
        guard let (middle, slope) = line(through: points) else { return nil }
        let heights = chain.map(\.height).sorted()
        return DigitRow(
            left: chain[0].left, right: chain.map(\.right).max() ?? 0, middle: middle, slope: slope,
            height: heights[heights.count / 2])
    }

    /// Turned so that most edges lie level.
    private static func leveled(_ picture: borrowing Picture) throws(CardRecognitionError) -> Picture {
        let edges = try picture.blurred(2, 2).gradient(3, 3)
        let bits = try edges.threshold(threshold(edges.grayPixels, above: 0.12)).inverted()
        let degrees = bits.skew(within: 12) ?? 0
        return try picture.rotated(radians: degrees * .pi / 180)
    }

    /// The strength of edges that so large a part of the pixels exceeds.
    private static func threshold(_ strengths: GrayImage, above part: Double) -> Int {
        var counts = [Int](repeating: 0, count: 256)
        strengths.pixels.withUnsafeBufferPointer { pixels in
            var index = 0
            // Every seventh pixel tells enough.
            while index < pixels.count {
                counts[Int(pixels[index])] += 1
                index &+= 7
            }
        }
        var rest = Int(part * Double(strengths.pixels.count / 7))
        for value in stride(from: 255, to: 8, by: -1) {
            rest -= counts[value]
            if rest <= 0 { return value }
        }
        return 8
    }

    /// The line that runs through the middle of a band, and how high its letters are.
    private static func row(in box: Picture.Box, _ strengths: GrayImage) -> DigitRow? {
        guard box.width >= 50, box.height >= 12, box.height <= 130, box.width > 3 * box.height / 2 else { return nil }
        let columns = 16
        var points: [(x: Double, y: Double, weight: Double)] = []
        for column in 0..<columns {
            let from = box.x + box.width * column / columns, to = box.x + box.width * (column + 1) / columns
            var sum = 0.0, moment = 0.0
            for y in box.y..<box.bottom {
                let strength = Double(total(strengths, y, from, to))
                sum += strength
                moment += strength * Double(y)
            }
            if sum > 0 { points.append((Double(from + to) / 2, moment / sum, sum)) }
        }
        guard let (middle, slope) = line(through: points), abs(slope) < 0.12 else { return nil }
        return fitted(box, middle, slope, strengths)
    }

    private static func total(_ image: GrayImage, _ y: Int, _ from: Int, _ to: Int) -> Int {
        image.pixels.withUnsafeBufferPointer { pixels in
            var sum = 0
            var index = y * image.width + from
            let end = y * image.width + to
            while index < end {
                sum &+= Int(pixels[index])
                index &+= 2
            }
            return sum
        }
    }

    private static func line(through points: [(x: Double, y: Double, weight: Double)]) -> (Double, Double)? {
        let weight = points.reduce(0) { $0 + $1.weight }
        guard weight > 0, points.count > 1 else { return nil }
        let x = points.reduce(0) { $0 + $1.x * $1.weight } / weight
        let y = points.reduce(0) { $0 + $1.y * $1.weight } / weight
        let spread = points.reduce(0) { $0 + $1.weight * ($1.x - x) * ($1.x - x) }
        let slope = points.reduce(0) { $0 + $1.weight * ($1.x - x) * ($1.y - y) } / max(1, spread)
        return (y - slope * x, slope)
    }

    /// Where along the sloping line edges begin and end, above and below.
    private static func fitted(
        _ box: Picture.Box, _ middle: Double, _ slope: Double, _ strengths: GrayImage
    ) -> DigitRow? {
        let reach = max(20, box.height)
        var profile = [Double](repeating: 0, count: 2 * reach + 1)
        strengths.pixels.withUnsafeBufferPointer { pixels in
            var x = box.x
            while x < box.right {
                let center = Int((middle + slope * Double(x)).rounded())
                for offset in -reach...reach {
                    let y = center + offset
                    if y >= 0, y < strengths.height {
                        profile[offset + reach] += Double(pixels[y * strengths.width + x])
                    }
                }
                x += 4
            }
        }
        let floor = profile.min() ?? 0, peak = profile.max() ?? 0
        let limit = floor + 0.35 * (peak - floor)
        guard
            let center = profile.indices.filter({ abs($0 - reach) <= box.height / 2 }).max(by: {
                profile[$0] < profile[$1]
            })
        else { return nil }
        var top = center, bottom = center
        while top > 0, max(profile[top - 1], top > 1 ? profile[top - 2] : 0) > limit { top -= 1 }
        while bottom < profile.count - 1,
            max(profile[bottom + 1], bottom < profile.count - 2 ? profile[bottom + 2] : 0) > limit
        { bottom += 1 }
        // The edge's own width stands on both sides.
        let height = Double(bottom - top) - 1
        guard height >= 9, height <= 75 else { return nil }
        let lift = Double(top + bottom) / 2 - Double(reach)
        return DigitRow(
            left: Double(box.x), right: Double(box.right), middle: middle + lift, slope: slope, height: height)
    }

    private static func areAlike(_ one: DigitRow, _ other: DigitRow) -> Bool {
        let x = (max(one.left, other.left) + min(one.right, other.right)) / 2
        return abs(one.y(at: x) - other.y(at: x)) < 0.2 * one.height && abs(one.height / other.height - 1) < 0.2
            && abs(one.left - other.left) < 2 * one.height && abs(one.right - other.right) < 2 * one.height
    }
}
