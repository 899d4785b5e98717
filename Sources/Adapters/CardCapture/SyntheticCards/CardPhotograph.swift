import CDigitNet
import Foundation
import MobileDevice

/// What a camera makes of a card.
public struct CardPhotograph: Sendable, Hashable {
    public var width = 960
    public var height = 640
    /// The part of the picture's width that the card takes.
    public var size = 0.88
    /// Degrees clockwise.
    public var turn = 0.0
    /// Quarters by which the whole picture lies on its side.
    public var quarters = 0
    /// How far each corner is off, in parts of the card's width: x and y of four corners.
    public var corners = [Double](repeating: 0, count: 8)
    /// Of the finished picture.
    public var shrink = 1.0
    /// Half the width of the blur in pixels.
    public var blur = 0
    /// Of the noise's standard deviation, in gray levels.
    public var noise = 0.0
    /// How much brighter one side is than the other, in parts.
    public var light = 0.0
    /// Bright spots: x, y and size in parts of the picture, and how bright in gray levels.
    public var glare: [[Double]] = []
    /// The table's brightness, 0 to 1.
    public var table = 0.5
    /// `nil` for PNG.
    public var jpegQuality: Int?
    public var seed: UInt64 = 1

    public init() {}

    /// The file, PNG or JPEG.
    ///
    /// - Throws: ``SyntheticCardError``.
    public func file(of card: SyntheticCard) throws(SyntheticCardError) -> [UInt8] {
        let drawing = try CardDrawing(card)
        do {
            let picture = try develop(drawing)
            return try jpegQuality.map { quality throws(CardRecognitionError) in try picture.jpeg(quality: quality) }
                ?? picture.png()
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Where the corners of the card come to lie.
    var cardCorners: [Point] {
        let cardWidth = size * Double(width)
        let cardHeight = cardWidth * Double(SyntheticCard.height) / Double(SyntheticCard.width)
        let angle = turn * .pi / 180
        let sine = sin(angle), cosine = cos(angle)
        let middle = Point(Double(width) / 2, Double(height) / 2)
        return [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].enumerated().map { index, corner in
            let x = corner.0 * cardWidth + corners[2 * index] * cardWidth
            let y = corner.1 * cardHeight + corners[2 * index + 1] * cardWidth
            return Point(middle.x + x * cosine - y * sine, middle.y + x * sine + y * cosine)
        }
    }

    static let drawingCorners = [
        Point(0, 0), Point(Double(SyntheticCard.width), 0),
        Point(Double(SyntheticCard.width), Double(SyntheticCard.height)), Point(0, Double(SyntheticCard.height)),
    ]

    func develop(_ drawing: CardDrawing) throws(CardRecognitionError) -> Picture {
        guard let back = Homography(from: cardCorners, to: Self.drawingCorners) else {
            throw .failed("the corners of the card lie on a line")
        }
        let level = UInt32(max(0, min(255, table * 255)))
        let outside = level << 24 | level << 16 | level << 8
        let sheet = try Picture(color: laid(drawing, on: outside), width: width, height: height)
        let warped = try sheet.projected(from: back, outside: outside)
        let seen = blur > 0 ? try warped.blurred(blur, blur) : warped
        let lit = try Picture(color: exposed(seen.colorPixels), width: width, height: height)
        if quarters != 0 { return try lit.turned(quarters: quarters) }
        if shrink == 1 { return lit }
        return try lit.scaled(width: Int(Double(width) * shrink), height: Int(Double(height) * shrink))
    }

    /// Leptonica warps a picture into one of the same size: the drawing lies in the corner of a sheet that large.
    private func laid(_ drawing: CardDrawing, on outside: UInt32) -> [UInt32] {
        precondition(width >= drawing.width && height >= drawing.height, "a photograph is larger than the drawing")
        var sheet = [UInt32](repeating: outside, count: width * height)
        for y in 0..<drawing.height {
            let row = drawing.pixels[y * drawing.width..<(y + 1) * drawing.width]
            sheet.replaceSubrange(y * width..<y * width + drawing.width, with: row)
        }
        return sheet
    }

    /// Light, glare and noise.
    private func exposed(_ pixels: [UInt32]) -> [UInt32] {
        var pixels = pixels
        for spot in glare { Self.add(spot, to: &pixels, width: width, height: height) }
        guard noise > 0 || light != 0 else { return pixels }
        var random = SeededGenerator(seed: seed)
        let grains = (0..<4096).map { _ in
            Int32((0..<4).reduce(0.0) { sum, _ in sum + random.number(-0.866...0.866) } * noise)
        }
        let gains = (0..<width).map { Int32(256 * (1 + light * (Double($0) / Double(width) - 0.5))) }
        cdigitnet_expose(
            &pixels, Int32(width), Int32(height), gains, grains, UInt32(truncatingIfNeeded: random.next()))
        return pixels
    }

    private static func add(_ spot: [Double], to pixels: inout [UInt32], width: Int, height: Int) {
        let middle = Point(spot[0] * Double(width), spot[1] * Double(height)), radius = spot[2] * Double(width)
        let columns = max(0, Int(middle.x - radius))..<max(0, min(width, Int(middle.x + radius)))
        for y in max(0, Int(middle.y - radius))..<max(0, min(height, Int(middle.y + radius))) {
            for x in columns where !columns.isEmpty {
                let dx = (Double(x) - middle.x) / radius, dy = (Double(y) - middle.y) / radius
                let rest = 1 - dx * dx - dy * dy
                guard rest > 0 else { continue }
                let more = Int(spot[3] * rest * rest)
                pixels[y * width + x] = mapped(pixels[y * width + x]) { min(255, $0 + more) }
            }
        }
    }
}
