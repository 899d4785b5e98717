@testable import CardCapture

/// What the digit reader is taught with. Liberation Mono and Liberation Sans are left out: they show how it does with
/// typefaces that it has never seen.
enum TeachingFaces {
    static let cards = 1_200

    /// Besides the typefaces of the product: Debian's fonts-hack, fonts-inconsolata, fonts-freefont-ttf,
    /// fonts-roboto-unhinted, fonts-open-sans, fonts-courier-prime, fonts-noto-mono and fonts-lato.
    static let all: [CardTypeface] =
        [.dejaVuMono, .dejaVuMonoBold, .dejaVuSans, .dejaVuSansBold, .ocrA, .ocrB]
        + [
            "truetype/hack/Hack-Regular.ttf", "truetype/inconsolata/Inconsolata.otf",
            "truetype/freefont/FreeMonoBold.ttf", "truetype/freefont/FreeSans.ttf",
            "truetype/freefont/FreeSansBold.ttf", "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
            "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf", "truetype/open-sans/OpenSans-Semibold.ttf",
            "opentype/courier-prime/Courier Prime Sans.otf", "opentype/courier-prime/Courier Prime Code.otf",
            "truetype/noto/NotoMono-Regular.ttf", "truetype/lato/Lato-Medium.ttf",
        ].map { CardTypeface(name: $0, file: $0, package: "") } + [.ocrA, .ocrA, .ocrB, .ocrB, .dejaVuMono]

    /// The file `DigitNetWeights+Taught.swift`.
    static func source(of layers: [[Float]]) -> String {
        let (text, steps) = DigitNetWeights.text(of: layers)
        var lines: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(108))
            rest = rest.dropFirst(108)
        }
        return """
            // Made by the test `DigitTeachingTests`; not to be edited. See docs/how-to/read-a-card-from-a-picture.md.

            extension DigitNetWeights {
                /// What one step of a weight is worth, layer by layer.
                static let steps: [Float] = [
                    \(steps.prefix(4).map { "\($0)" }.joined(separator: ", ")),
                    \(steps.dropFirst(4).map { "\($0)" }.joined(separator: ", ")),
                ]

                /// One signed byte a weight, in Base64.
                static let text = \"""
            \(lines.map { "        " + $0 }.joined(separator: "\n"))
                    \"""
            }

            """
    }
}
