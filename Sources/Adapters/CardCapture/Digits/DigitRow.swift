import CDigitNet

/// Where on a picture a line of digits seems to stand: it may climb or fall.
struct DigitRow: Hashable {
    var left: Double
    var right: Double
    /// Of the middle of the line: y = middle + slope × x.
    var middle: Double
    var slope: Double
    /// Of a digit, in pixels.
    var height: Double

    func y(at x: Double) -> Double { middle + slope * x }
}

/// A row of digits in the size that the digit reader knows: 28 pixels high, a digit 20 of them.
struct DigitStrip {
    static let height = 28
    static let digitHeight = 20.0
    /// Pixels of the strip left of the row's beginning.
    static let margin = 24

    let width: Int
    /// Brightness less its mean over its deviation, both of the neighbourhood.
    let values: [Float]
    /// Strip pixels per picture pixel.
    let scale: Double
    let row: DigitRow

    init(_ row: DigitRow, of image: GrayImage) {
        self.row = row
        scale = Self.digitHeight / row.height
        width = max(64, min(Self.widthMax, Int((row.right - row.left) * scale) + 2 * Self.margin))
        var geometry = cdigitnet_row(
            left: row.left, middle: row.middle, slope: row.slope, scale: scale, margin: Int32(Self.margin))
        let width = width
        values = [Float](unsafeUninitializedCapacity: width * Self.height) { buffer, count in
            if let base = buffer.baseAddress {
                cdigitnet_strip(
                    image.pixels, Int32(image.width), Int32(image.height), &geometry, base, Int32(width),
                    Int32(Self.height))
            }
            count = width * Self.height
        }
    }

    static let widthMax = 900

    /// Of a place in the strip, in pixels of the picture.
    func x(at column: Double) -> Double { row.left + (column - Double(Self.margin)) / scale }

    func column(at x: Double) -> Double { (x - row.left) * scale + Double(Self.margin) }
}
