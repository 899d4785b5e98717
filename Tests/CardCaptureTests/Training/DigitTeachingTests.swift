import Foundation
import Testing

@testable import CardCapture

@Suite("The digit reader is taught", .serialized)
struct DigitTeachingTests {
    @Test("the weights in the source are whole")
    func whole() throws {
        let layers = try #require(DigitNetWeights.layers(DigitNetWeights.text, steps: DigitNetWeights.steps))
        #expect(layers.map(\.count) == DigitNet.counts)
        #expect(DigitNetWeights.layers(String(DigitNetWeights.text.dropLast(8)), steps: DigitNetWeights.steps) == nil)
        #expect(DigitNetWeights.layers(DigitNetWeights.text, steps: [1]) == nil)
    }

    @Test("weights come back from their text to half a step")
    func text() throws {
        let layers = DigitTeacher(seed: 5).layers
        let written = DigitNetWeights.text(of: layers)
        let read = try #require(DigitNetWeights.layers(written.text, steps: written.steps))
        for (layer, step) in written.steps.enumerated() {
            #expect(zip(layers[layer], read[layer]).allSatisfy { abs($0 - $1) <= step * 0.501 })
        }
    }

    @Test("a net that sees the same few windows again and again learns them")
    func learning() {
        var random = SeededGenerator(seed: 11)
        let lessons = (0..<4).map { answer in
            DigitTeacher.Lesson(
                window: (0..<DigitStrip.height * DigitNet.window).map { _ in Float(random.number(-2...2)) },
                answer: answer * 3)
        }
        var teacher = DigitTeacher(seed: 5)
        for _ in 0..<40 { _ = teacher.learn(lessons[...], rate: 0.004) }
        let net = DigitNet(layers: teacher.layers)
        for lesson in lessons {
            let answers = net.answers(window: lesson.window)
            #expect(answers.count == DigitNet.classes)
            #expect(answers.indices.max { answers[$0] < answers[$1] } == lesson.answer)
        }
    }

    @Test(
        "the weights in the source are made from synthetic cards",
        .enabled(if: ProcessInfo.processInfo.environment["SENESCHAL_TEACH"] != nil, "SENESCHAL_TEACH=FILE makes them"))
    func teach() throws {
        let file = try #require(ProcessInfo.processInfo.environment["SENESCHAL_TEACH"])
        var random = SeededGenerator(seed: 7)
        var lessons: [DigitTeacher.Lesson] = []
        for index in 0..<TeachingFaces.cards {
            let specimen = Specimen(
                seed: random.next(), TeachingFaces.all[index % TeachingFaces.all.count],
                SyntheticCard.Relief.allCases[Int(random.next() % 3)],
                CardPhotograph.Difficulty.allCases[Int(random.next() % 8)])
            lessons += try DigitLessons.from(specimen.card, specimen.photograph, using: &random)
        }
        var teacher = DigitTeacher(seed: 3)
        let batch = 32, epochs = 8
        let steps = Float(lessons.count / batch * epochs)
        var step: Float = 0
        for _ in 0..<epochs {
            lessons.shuffle(using: &random)
            for start in stride(from: 0, to: lessons.count - batch, by: batch) {
                _ = teacher.learn(lessons[start..<start + batch], rate: 0.002 * (1 - step / steps) + 0.000_02)
                step += 1
            }
        }
        try TeachingFaces.source(of: teacher.layers).write(toFile: file, atomically: true, encoding: .utf8)
    }
}
