import Foundation

/// The weights of the digit net as they stand in the source: a signed byte each, so many steps of the layer.
enum DigitNetWeights {
    /// - Returns: `nil` for a text that is no Base64 or has another number of weights.
    static func layers(_ text: String, steps: [Float]) -> [[Float]]? {
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters),
            bytes.count == DigitNet.counts.reduce(0, +), steps.count == DigitNet.counts.count
        else { return nil }
        var rest = bytes[...]
        return zip(DigitNet.counts, steps).map { count, step in
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).map { Float(Int8(bitPattern: $0)) * step }
        }
    }

    /// The text of weights, and what a step is worth in each layer.
    static func text(of layers: [[Float]]) -> (text: String, steps: [Float]) {
        let steps = layers.map { max($0.map(abs).max() ?? 0, 1e-9) / 127 }
        let bytes = zip(layers, steps).flatMap { layer, step in
            layer.map { UInt8(bitPattern: Int8(max(-127, min(127, ($0 / step).rounded())))) }
        }
        return (Data(bytes).base64EncodedString(), steps)
    }
}

extension DigitNet {
    /// The net that reads cards.
    static let taught: DigitNet = {
        guard let layers = DigitNetWeights.layers(DigitNetWeights.text, steps: DigitNetWeights.steps) else {
            preconditionFailure("the weights in the source are whole, as a test shows")
        }
        return DigitNet(layers: layers)
    }()
}
