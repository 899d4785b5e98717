/// The size of a picture as its file states it, read before anything is decoded: a small file can stand for a huge picture.
public struct ImageHeader: Hashable, Sendable {
    public enum Format: Sendable { case png, jpeg }

    public let format: Format
    public let width: Int
    public let height: Int

    /// What is looked at: 8 MiB of file, 24 million pixels, at least 1 pixel.
    public static let bytesMax = 8 << 20
    public static let pixelsMax = 24_000_000

    /// - Throws: ``CardRecognitionError`` `.tooLarge` beyond the bounds, `.notAnImage` for what is no PNG or JPEG file.
    public init(of file: [UInt8]) throws(CardRecognitionError) {
        guard file.count <= Self.bytesMax else { throw .tooLarge(bytes: file.count) }
        guard let header = Self.png(file) ?? Self.jpeg(file), header.width > 0, header.height > 0 else {
            throw .notAnImage
        }
        guard header.width <= Self.pixelsMax / header.height else {
            throw .tooManyPixels(width: header.width, height: header.height)
        }
        self = header
    }

    private init(format: Format, width: Int, height: Int) {
        self.format = format
        self.width = width
        self.height = height
    }

    /// signature (8) | length of IHDR (4) | "IHDR" (4) | width (4) | height (4) | … (ISO/IEC 15948 §11.2.2)
    private static func png(_ file: [UInt8]) -> ImageHeader? {
        let beginning: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
        guard file.count >= 24, file.starts(with: beginning) else { return nil }
        return ImageHeader(format: .png, width: number(file[16..<20]), height: number(file[20..<24]))
    }

    /// SOI, then segments FF | marker | length (2) | …; SOFn: length | precision (1) | height (2) | width (2)
    /// (ITU-T T.81, Annex B).
    private static func jpeg(_ file: [UInt8]) -> ImageHeader? {
        guard file.starts(with: [0xFF, 0xD8]) else { return nil }
        var position = 2
        while position + 4 <= file.count, file[position] == 0xFF {
            let marker = file[position + 1]
            if marker == 0xFF {
                position += 1
                continue
            }
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                guard position + 9 <= file.count else { return nil }
                return ImageHeader(
                    format: .jpeg, width: number(file[position + 7..<position + 9]),
                    height: number(file[position + 5..<position + 7]))
            }
            position += 2 + max(2, number(file[position + 2..<position + 4]))
        }
        return nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
