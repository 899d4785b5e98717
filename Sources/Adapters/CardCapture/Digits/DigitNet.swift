import CDigitNet
import Foundation

/// A small convolutional net that says of every place of a strip which digit stands there, a slash, or nothing.
///
/// strip 28 × w → 5 × 5 step 2, 8 planes → 3 × 3 step 2, 16 planes → 5 × 5, 64 → 12 classes: one answer for every fourth
/// column, from the 25 columns around it. It was taught on synthetic cards: `Tests/CardCaptureTests/Training`.
struct DigitNet: Sendable {
    static let planes1 = 8
    static let planes2 = 16
    static let hidden = 64
    /// 0 to 9 are the digits.
    static let slash = 10
    static let nothing = 11
    static let classes = 12
    /// Columns that one answer sees, and columns from one answer to the next.
    static let window = 25
    static let step = 4

    /// Numbers of weights: two convolutions, two full layers, each with its offsets behind.
    static let counts = [
        25 * planes1, planes1, 9 * planes1 * planes2, planes2, 25 * planes2 * hidden, hidden,
        hidden * classes, classes,
    ]

    /// As ``counts`` has them, the last with four planes more: the kernel works on eight at a time.
    private let layers: [[Float]]
    private static let paddedClasses = 16

    /// - Parameter layers: as ``counts`` has them; the planes of the output stand side by side.
    init(layers: [[Float]]) {
        precondition(layers.map(\.count) == Self.counts, "the layers have the sizes of the net")
        let padding = [Float](repeating: 0, count: Self.paddedClasses - Self.classes)
        self.layers =
            layers.dropLast(2) + [
                (0..<Self.hidden).flatMap { layers[6][$0 * Self.classes..<($0 + 1) * Self.classes] + padding },
                layers[7] + padding,
            ]
    }

    /// Answers of the places at column 12, 16, 20, … of a strip, and so on with an offset: probabilities, 12 each.
    func answers(_ strip: DigitStrip, offset: Int = 0) -> [Float] {
        answers(strip.values, width: strip.width, offset: offset)
    }

    /// The answer for the middle of one window.
    func answers(window: [Float]) -> [Float] { answers(window, width: Self.window, offset: 0) }

    private func answers(_ values: [Float], width: Int, offset: Int) -> [Float] {
        guard width - offset >= Self.window else { return [] }
        let width1 = (width - offset - 5) / 2 + 1, height1 = (DigitStrip.height - 5) / 2 + 1
        let width2 = (width1 - 3) / 2 + 1, height2 = (height1 - 3) / 2 + 1
        let first = convolved(
            values, 0, offset: offset, stride: width, planes: 1, size: 5, step: 2, out: (width1, height1, Self.planes1))
        let second = convolved(
            first, 2, stride: width1, planes: Self.planes1, size: 3, step: 2, out: (width2, height2, Self.planes2))
        let third = convolved(
            second, 4, stride: width2, planes: Self.planes2, size: 5, step: 1, out: (width2 - 4, 1, Self.hidden))
        let scores = convolved(
            third, 6, stride: width2 - 4, planes: Self.hidden, size: 1, step: 1,
            out: (width2 - 4, 1, Self.paddedClasses))
        return Self.probabilities(
            stride(from: 0, to: scores.count, by: Self.paddedClasses).flatMap { scores[$0..<$0 + Self.classes] })
    }

    private func convolved(
        _ input: [Float], _ layer: Int, offset: Int = 0, stride: Int, planes: Int, size: Int, step: Int,
        out: (width: Int, height: Int, planes: Int)
    ) -> [Float] {
        var shape = cdigitnet_layer(
            stride: Int32(stride), planes: Int32(planes), size: Int32(size), step: Int32(step),
            out_width: Int32(out.width), out_height: Int32(out.height), out_planes: Int32(out.planes),
            rectifies: layer < 6 ? 1 : 0)
        let count = out.width * out.height * out.planes
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            input.withUnsafeBufferPointer { input in
                if let base = buffer.baseAddress, let input = input.baseAddress {
                    cdigitnet_convolve(&shape, input + offset * planes, layers[layer], layers[layer + 1], base)
                }
            }
            initialized = count
        }
    }

    static func probabilities(_ scores: [Float]) -> [Float] {
        var result = scores
        for start in stride(from: 0, to: scores.count, by: classes) {
            let highest = scores[start..<start + classes].max() ?? 0
            var sum: Float = 0
            for index in start..<start + classes {
                result[index] = exp(scores[index] - highest)
                sum += result[index]
            }
            for index in start..<start + classes { result[index] /= sum }
        }
        return result
    }
}
