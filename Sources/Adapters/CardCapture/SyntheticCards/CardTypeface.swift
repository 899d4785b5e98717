/// A typeface that card numbers are drawn with, from the fonts that Debian packages.
public struct CardTypeface: Hashable, Sendable {
    public let name: String
    /// Below the fonts' folder.
    let file: String
    /// The Debian package that has it.
    public let package: String

    public static let ocrA = CardTypeface(name: "OCR-A", file: "truetype/ocr-a/OCRA.ttf", package: "fonts-ocr-a")
    public static let ocrB = CardTypeface(name: "OCR-B", file: "opentype/ocr-b/OCRB.otf", package: "fonts-ocr-b")
    public static let dejaVuMono = CardTypeface(
        name: "DejaVu Sans Mono", file: "truetype/dejavu/DejaVuSansMono.ttf", package: "fonts-dejavu-core")
    public static let dejaVuMonoBold = CardTypeface(
        name: "DejaVu Sans Mono Bold", file: "truetype/dejavu/DejaVuSansMono-Bold.ttf", package: "fonts-dejavu-core")
    public static let dejaVuSans = CardTypeface(
        name: "DejaVu Sans", file: "truetype/dejavu/DejaVuSans.ttf", package: "fonts-dejavu-core")
    public static let dejaVuSansBold = CardTypeface(
        name: "DejaVu Sans Bold", file: "truetype/dejavu/DejaVuSans-Bold.ttf", package: "fonts-dejavu-core")
    public static let liberationMono = CardTypeface(
        name: "Liberation Mono", file: "truetype/liberation/LiberationMono-Regular.ttf", package: "fonts-liberation")
    public static let liberationSans = CardTypeface(
        name: "Liberation Sans", file: "truetype/liberation/LiberationSans-Regular.ttf", package: "fonts-liberation")

    public static let all = [
        dejaVuMono, dejaVuMonoBold, dejaVuSans, dejaVuSansBold, liberationMono, liberationSans, ocrA, ocrB,
    ]

    static let folder = "/usr/share/fonts/"

    init(name: String, file: String, package: String) {
        self.name = name
        self.file = file
        self.package = package
    }

    /// Whether FreeType and the font are installed.
    public var isAvailable: Bool { LetterFont(path: Self.folder + file) != nil }

    /// - Throws: ``SyntheticCardError`` `.noFont` where FreeType or the font is not installed.
    func open() throws(SyntheticCardError) -> LetterFont {
        guard let font = LetterFont(path: Self.folder + file) else { throw .noFont(name: name, package: package) }
        return font
    }
}

/// Why no card could be drawn.
public enum SyntheticCardError: Error, Equatable, Sendable, CustomStringConvertible {
    case noFont(name: String, package: String)
    case failed(String)

    public var description: String {
        switch self {
        case .noFont(let name, let package):
            "\(name) cannot be drawn with: install the packages libfreetype6 and \(package)"
        case .failed(let reason): reason
        }
    }
}
