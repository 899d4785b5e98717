import Foundation

@testable import CardCapture

/// Teaches a ``DigitNet`` by stochastic gradient descent (Adam), one window of 28 × 25 at a time.
struct DigitTeacher {
    struct Lesson {
        /// 28 rows of 25 values.
        var window: [Float]
        var answer: Int
    }

    var layers: [[Float]]
    private var firstMoments: [[Float]]
    private var secondMoments: [[Float]]
    private var gradients: [[Float]]
    private var steps: Float = 0

    private static let p1 = DigitNet.planes1, p2 = DigitNet.planes2, hidden = DigitNet.hidden
    private static let classes = DigitNet.classes, columns = DigitNet.window
    private static let w1 = 11, h1 = 12, w2 = 5, h2 = 5

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let inputs = [25, 0, 9 * Self.p1, 0, 25 * Self.p2, 0, Self.hidden, 0]
        layers = zip(DigitNet.counts, inputs).map { count, inputs in
            guard inputs > 0 else { return [Float](repeating: 0, count: count) }
            let width = (6 / Double(inputs)).squareRoot()
            return (0..<count).map { _ in Float(Double.random(in: -width...width, using: &random)) }
        }
        firstMoments = layers.map { [Float](repeating: 0, count: $0.count) }
        secondMoments = firstMoments
        gradients = firstMoments
    }

    /// Learns a batch; answers the mean loss.
    mutating func learn(_ lessons: ArraySlice<Lesson>, rate: Float) -> Float {
        for layer in gradients.indices { for index in gradients[layer].indices { gradients[layer][index] = 0 } }
        var loss: Float = 0
        for lesson in lessons { loss += study(lesson) }
        steps += 1
        let scale = 1 / Float(lessons.count)
        let correction1 = 1 - pow(0.9, steps), correction2 = 1 - pow(0.999, steps)
        for layer in layers.indices {
            for index in layers[layer].indices {
                let gradient = gradients[layer][index] * scale
                firstMoments[layer][index] = 0.9 * firstMoments[layer][index] + 0.1 * gradient
                secondMoments[layer][index] = 0.999 * secondMoments[layer][index] + 0.001 * gradient * gradient
                let moment = firstMoments[layer][index] / correction1
                let spread = (secondMoments[layer][index] / correction2).squareRoot() + 1e-8
                layers[layer][index] -= rate * (moment / spread + 1e-4 * layers[layer][index])
            }
        }
        return loss * scale
    }

    /// Forward and back; adds to the gradients, and answers the loss.
    private mutating func study(_ lesson: Lesson) -> Float {
        let one = forward(
            lesson.window, layers[0], layers[1], width: Self.columns, planes: 1, size: 5, step: 2,
            out: (Self.w1, Self.h1, Self.p1))
        let two = forward(
            one, layers[2], layers[3], width: Self.w1, planes: Self.p1, size: 3, step: 2,
            out: (Self.w2, Self.h2, Self.p2))
        let three = forward(
            two, layers[4], layers[5], width: Self.w2, planes: Self.p2, size: 5, step: 1,
            out: (1, 1, Self.hidden))
        let scores = forward(
            three, layers[6], layers[7], width: 1, planes: Self.hidden, size: 1, step: 1,
            out: (1, 1, Self.classes), isLast: true)
        var delta = DigitNet.probabilities(scores)
        let loss = -log(max(1e-7, delta[lesson.answer]))
        // A little doubt keeps the answers from growing without end.
        for index in delta.indices { delta[index] -= 0.02 / Float(Self.classes) }
        delta[lesson.answer] -= 0.98
        let delta3 = back(delta, three, 6, width: 1, planes: Self.hidden, size: 1, step: 1, out: (1, 1, Self.classes))
        let delta2 = back(delta3, two, 4, width: Self.w2, planes: Self.p2, size: 5, step: 1, out: (1, 1, Self.hidden))
        let delta1 = back(
            delta2, one, 2, width: Self.w1, planes: Self.p1, size: 3, step: 2, out: (Self.w2, Self.h2, Self.p2))
        _ = back(
            delta1, lesson.window, 0, width: Self.columns, planes: 1, size: 5, step: 2,
            out: (Self.w1, Self.h1, Self.p1), isFirst: true)
        return loss
    }

    private func forward(
        _ input: [Float], _ weights: [Float], _ offsets: [Float], width: Int, planes: Int, size: Int, step: Int,
        out: (width: Int, height: Int, planes: Int), isLast: Bool = false
    ) -> [Float] {
        var output = [Float](repeating: 0, count: out.width * out.height * out.planes)
        output.withUnsafeMutableBufferPointer { output in
            input.withUnsafeBufferPointer { input in
                weights.withUnsafeBufferPointer { weights in
                    for y in 0..<out.height {
                        for x in 0..<out.width {
                            let base = (y * out.width + x) * out.planes
                            for plane in 0..<out.planes { output[base + plane] = offsets[plane] }
                            for row in 0..<size {
                                for index in 0..<size * planes {
                                    let value = input[((y * step + row) * width + x * step) * planes + index]
                                    if value == 0 { continue }
                                    let weight = (row * size * planes + index) * out.planes
                                    for plane in 0..<out.planes {
                                        output[base + plane] += value * weights[weight + plane]
                                    }
                                }
                            }
                            if !isLast {
                                for plane in 0..<out.planes { output[base + plane] = max(0, output[base + plane]) }
                            }
                        }
                    }
                }
            }
        }
        return output
    }

    /// Adds to the gradients of a layer; answers the slope of the loss at its input.
    private mutating func back(
        _ delta: [Float], _ input: [Float], _ layer: Int, width: Int, planes: Int, size: Int, step: Int,
        out: (width: Int, height: Int, planes: Int), isFirst: Bool = false
    ) -> [Float] {
        var before = [Float](repeating: 0, count: input.count)
        let weights = layers[layer]
        gradients[layer + 1].withUnsafeMutableBufferPointer { offsets in
            for index in delta.indices { offsets[index % out.planes] += delta[index] }
        }
        gradients[layer].withUnsafeMutableBufferPointer { gradient in
            before.withUnsafeMutableBufferPointer { before in
                weights.withUnsafeBufferPointer { weights in
                    delta.withUnsafeBufferPointer { delta in
                        input.withUnsafeBufferPointer { input in
                            for y in 0..<out.height {
                                for x in 0..<out.width {
                                    let base = (y * out.width + x) * out.planes
                                    for row in 0..<size {
                                        for index in 0..<size * planes {
                                            let place = ((y * step + row) * width + x * step) * planes + index
                                            let value = input[place]
                                            if !isFirst, value == 0 { continue }
                                            let weight = (row * size * planes + index) * out.planes
                                            var sum: Float = 0
                                            for plane in 0..<out.planes {
                                                gradient[weight + plane] += value * delta[base + plane]
                                                sum += weights[weight + plane] * delta[base + plane]
                                            }
                                            before[place] += sum
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return before
    }
}
