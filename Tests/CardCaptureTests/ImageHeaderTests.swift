import MobileDevice
import Testing

@Suite("A picture's size is known before it is decoded")
struct ImageHeaderTests {
    private static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + word(width)
            + word(height)
    }

    private static func word(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// SOI, an application segment, SOF2 with height and width.
    private static func jpeg(_ width: Int, _ height: Int) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC2, 0, 11, 8] + word(height).suffix(2)
            + word(width).suffix(2)
            + [1, 1, 0x11, 0]
    }

    @Test("PNG and JPEG files tell their size")
    func sizes() throws {
        let png = try ImageHeader(of: Self.png(960, 640))
        #expect((png.width, png.height) == (960, 640))
        let jpeg = try ImageHeader(of: Self.jpeg(1280, 800))
        #expect((jpeg.width, jpeg.height) == (1280, 800))
        #expect(jpeg.format == .jpeg)
    }

    @Test("24 million pixels are looked at, one row more is not")
    func pixels() throws {
        _ = try ImageHeader(of: Self.png(6_000, 4_000))
        #expect(throws: CardRecognitionError.tooManyPixels(width: 6_000, height: 4_001)) {
            try ImageHeader(of: Self.png(6_000, 4_001))
        }
        #expect(throws: CardRecognitionError.tooManyPixels(width: 65_535, height: 65_535)) {
            try ImageHeader(of: Self.jpeg(65_535, 65_535))
        }
        #expect(throws: CardRecognitionError.tooManyPixels(width: 0xFFFF_FFFF, height: 0xFFFF_FFFF)) {
            try ImageHeader(of: Self.png(0xFFFF_FFFF, 0xFFFF_FFFF))
        }
    }

    @Test("8 MiB are looked at, one byte more is not")
    func bytes() throws {
        let most = Self.png(10, 10) + [UInt8](repeating: 0, count: ImageHeader.bytesMax - 24)
        _ = try ImageHeader(of: most)
        #expect(throws: CardRecognitionError.tooLarge(bytes: ImageHeader.bytesMax + 1)) {
            try ImageHeader(of: most + [0])
        }
    }

    @Test("every beginning of a file that is cut before its size is no image")
    func cut() {
        for whole in [Self.png(960, 640), Self.jpeg(960, 640).dropLast(4)] {
            for length in 0..<whole.count {
                #expect(throws: CardRecognitionError.notAnImage) { try ImageHeader(of: Array(whole.prefix(length))) }
            }
        }
        for other in [
            Self.png(0, 640), Self.png(960, 0), Array("GIF89a".utf8) + [0, 1, 0, 1], [0xFF, 0xD8, 0xFF, 0xD9],
        ] {
            #expect(throws: CardRecognitionError.notAnImage) { try ImageHeader(of: other) }
        }
    }
}
