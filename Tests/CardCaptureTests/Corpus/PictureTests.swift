import CardCapture
import EMV
import Foundation
import MobileDevice
import Testing

@Suite("Pictures of every kind", .serialized, .enabled(if: Equipment.isThere, Equipment.advice))
struct PictureTests {
    private let recognition = TesseractRecognition(month: CorpusTests.month)

    private static func card(_ number: String = "4761 7390 0101 0010") -> SyntheticCard {
        SyntheticCard(number: number, expiry: "12/30", name: "ADA LOVELACE")
    }

    @Test(
        "number, expiry and name come from one picture, PNG or JPEG, upright or on its side (PHOTO-02)",
        arguments: 0..<4)
    func whole(_ quarters: Int) async throws {
        var photograph = CardPhotograph()
        photograph.quarters = quarters
        photograph.jpegQuality = quarters == 0 ? nil : 80
        guard case .card(let card) = try await recognition.recognize(try photograph.file(of: Self.card())) else {
            Issue.record("quarters \(quarters): no card was read")
            return
        }
        #expect(card.number == (try PrimaryAccountNumber("4761739001010010")))
        #expect(card.expiry == CardExpiry(printed: "12/30"))
        #expect(card.cardholderName == "ADA LOVELACE")
        #expect(card.confidence >= 0.8 && card.confidence <= 1)
    }

    @Test(
        "a card with a number that cannot be one is refused (PHOTO-02)",
        arguments: [
            "4761 7390 0101 0011", "9999 9999 9999 9995", "6299 0000 0000 0007", "4761 7390 0101", "+86 21 9558 8123",
            "4761 7390 0101 0010 47", "400 669 5588",
        ])
    func refused(_ number: String) async throws {
        let answer = try await recognition.recognize(try CardPhotograph().file(of: Self.card(number)))
        guard case .anotherPhotograph = answer else {
            Issue.record("\(number) was taken: \(answer)")
            return
        }
    }

    @Test("two numbers on one picture ask for one card (PHOTO-02)")
    func two() async throws {
        var card = Self.card()
        card.distractors = [.init(text: "5413 3300 8901 0434", line: 0.42, left: 0.3, em: 46)]
        #expect(
            try await recognition.recognize(try CardPhotograph().file(of: card)) == .anotherPhotograph(.severalNumbers))
    }

    @Test("a picture without a card, and one too small for digits, show no number")
    func none() async throws {
        var card = Self.card("")
        card.name = nil
        card.expiry = ""
        let answer = try await recognition.recognize(try CardPhotograph().file(of: card))
        #expect(answer == .anotherPhotograph(.noCardNumber))
        var far = CardPhotograph()
        far.shrink = 0.3
        #expect(try await recognition.recognize(try far.file(of: Self.card())) == .anotherPhotograph(.tooSmall))
    }

    @Test("a number under a reflection is not guessed at (PHOTO-02)")
    func glare() async throws {
        var photograph = CardPhotograph()
        photograph.glare = [[0.5, 0.55, 0.3, 400]]
        let answer = try await recognition.recognize(try photograph.file(of: Self.card()))
        guard case .anotherPhotograph = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test("damaged files are no images, and end nothing")
    func damaged() async throws {
        let whole = try CardPhotograph().file(of: Self.card())
        for file in [Array(whole.prefix(200)), Array(whole.prefix(24)), Array("GIF89a".utf8), []] {
            await #expect(throws: CardRecognitionError.notAnImage) { try await recognition.recognize(file) }
        }
        guard case .card = try await recognition.recognize(whole) else {
            Issue.record("the reader does not recover")
            return
        }
    }

    @Test("of a picture nothing is kept: no file is written, and the answer has no image (PHOTO-08)")
    func nothingKept() async throws {
        let folders = [FileManager.default.currentDirectoryPath, NSTemporaryDirectory()]
        let before = try folders.map { try Set(FileManager.default.contentsOfDirectory(atPath: $0)) }
        guard case .card(let card) = try await recognition.recognize(try CardPhotograph().file(of: Self.card())) else {
            Issue.record("no card was read")
            return
        }
        let after = try folders.map { try Set(FileManager.default.contentsOfDirectory(atPath: $0)) }
        // Other tests may make files meanwhile; a picture would be one.
        let new = zip(after, before).flatMap { $0.subtracting($1) }
        #expect(!new.contains { [".png", ".jpg", ".jpeg", ".tif", ".pnm"].contains(where: $0.lowercased().hasSuffix) })
        #expect(
            Mirror(reflecting: card).children.compactMap(\.label) == [
                "number", "expiry", "cardholderName", "confidence",
            ])
    }

    @Test("the same seed draws the same picture, byte for byte")
    func seeded() throws {
        let one = Specimen(seed: 99, .ocrB, .embossed, .hard)
        #expect(try one.file() == Specimen(seed: 99, .ocrB, .embossed, .hard).file())
        #expect(try one.file() != Specimen(seed: 100, .ocrB, .embossed, .hard).file())
    }
}
