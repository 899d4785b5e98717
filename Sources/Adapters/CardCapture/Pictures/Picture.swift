import CTesseract
import MobileDevice

/// A picture in the memory of Leptonica, released with its owner.
struct Picture: ~Copyable {
    let pix: OpaquePointer

    private init(owning pix: OpaquePointer) { self.pix = pix }

    deinit { ctesseract_pix_destroy(pix) }

    /// What a call answered.
    ///
    /// - Throws: ``CardRecognitionError`` `.failed` where it answered nothing.
    init(_ pix: OpaquePointer?, _ work: String) throws(CardRecognitionError) {
        guard let pix else { throw .failed("the picture cannot be \(work)") }
        self.init(owning: pix)
    }

    /// Decodes a PNG or JPEG file, of which ``ImageHeader`` has already told the size.
    init(decoding file: [UInt8]) throws(CardRecognitionError) {
        guard let pix = ctesseract_pix_read(file, file.count) else { throw .notAnImage }
        self.init(owning: pix)
    }

    init(gray pixels: [UInt8], width: Int, height: Int) throws(CardRecognitionError) {
        precondition(pixels.count == width * height, "one byte a pixel")
        try self.init(ctesseract_pix_from_gray(pixels, Int32(width), Int32(height)), "made")
    }

    init(color pixels: [UInt32], width: Int, height: Int) throws(CardRecognitionError) {
        precondition(pixels.count == width * height, "one word a pixel")
        try self.init(ctesseract_pix_from_color(pixels, Int32(width), Int32(height)), "made")
    }

    var width: Int { Int(ctesseract_pix_width(pix)) }
    var height: Int { Int(ctesseract_pix_height(pix)) }

    /// Of a gray picture.
    var grayPixels: GrayImage {
        let width = width, height = height
        return GrayImage(
            width: width, height: height,
            pixels: [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
                if let base = buffer.baseAddress { ctesseract_pix_copy_gray(pix, base) }
                count = width * height
            })
    }

    /// Of a color picture: 0xRRGGBB00.
    var colorPixels: [UInt32] {
        let count = width * height
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { ctesseract_pix_copy_color(pix, base) }
            initialized = count
        }
    }

    func gray() throws(CardRecognitionError) -> Picture { try Picture(ctesseract_pix_to_gray(pix), "made gray") }

    func scaled(width: Int, height: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_scale(pix, Int32(width), Int32(height)), "scaled")
    }

    func turned(quarters: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_turn(pix, Int32(quarters)), "turned")
    }

    func rotated(radians: Double) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_rotate(pix, Float(radians)), "turned")
    }

    func blurred(_ width: Int, _ height: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_blur(pix, Int32(width), Int32(height)), "blurred")
    }

    func inverted() throws(CardRecognitionError) -> Picture { try Picture(ctesseract_pix_invert(pix), "inverted") }

    /// - Parameter source: for each place in the new picture the place in this one.
    func projected(from source: Homography, outside: UInt32) throws(CardRecognitionError) -> Picture {
        var coefficients = source.coefficients.map { Float($0) }
        return try Picture(ctesseract_pix_project(pix, &coefficients, outside), "warped")
    }

    /// Brightest less darkest pixel of the surroundings; odd sizes.
    func gradient(_ width: Int, _ height: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_gradient(pix, Int32(width), Int32(height)), "searched for edges")
    }

    func otsu(tile: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_otsu(pix, Int32(tile), Int32(tile)), "made black and white")
    }

    func threshold(_ value: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_threshold(pix, Int32(value)), "made black and white")
    }

    func closed(_ width: Int, _ height: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_close(pix, Int32(width), Int32(height)), "closed")
    }

    func opened(_ width: Int, _ height: Int) throws(CardRecognitionError) -> Picture {
        try Picture(ctesseract_pix_open(pix, Int32(width), Int32(height)), "opened")
    }

    /// By how many degrees a black and white picture would have to be turned clockwise for its lines to lie level.
    func skew(within degrees: Double) -> Double? {
        var angle: Float = 0, confidence: Float = 0
        guard ctesseract_pix_skew(pix, Float(degrees), &angle, &confidence) == 0 else { return nil }
        return Double(angle)
    }

    struct Box: Hashable {
        var x, y, width, height: Int
        var right: Int { x + width }
        var bottom: Int { y + height }
    }

    /// What hangs together in a black and white picture; `nil` for more than `limit` pieces.
    func components(limit: Int) -> [Box]? {
        var numbers = [Int32](repeating: 0, count: 4 * limit)
        let count = Int(ctesseract_pix_components(pix, &numbers, Int32(limit)))
        guard count <= limit else { return nil }
        return (0..<count).map { index in
            let box = numbers[4 * index..<4 * index + 4].map { Int($0) }
            return Box(x: box[0], y: box[1], width: box[2], height: box[3])
        }
    }

    func png() throws(CardRecognitionError) -> [UInt8] {
        try file { ctesseract_pix_write_png(pix, $0, $1) }
    }

    func jpeg(quality: Int) throws(CardRecognitionError) -> [UInt8] {
        try file { ctesseract_pix_write_jpeg(pix, Int32(quality), $0, $1) }
    }

    private func file(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>) -> Int32
    ) throws(CardRecognitionError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard write(&bytes, &length) == 0, let bytes else { throw .failed("the picture cannot be written") }
        defer { ctesseract_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: length))
    }
}
