import CardCapture
import EMV
import Foundation
import MobileDevice
import Testing

/// The libraries and fonts that `Scripts/setup.sh --photographs` installs.
enum Equipment {
    static let isThere: Bool =
        TesseractRecognition.isAvailable && CardTypeface.all.allSatisfy(\.isAvailable)
    static let advice: Comment = "Scripts/setup.sh --photographs installs Tesseract and the fonts that this needs"
}

@Suite("Cards are read from pictures", .serialized, .enabled(if: Equipment.isThere, Equipment.advice))
struct CorpusTests {
    static let month: @Sendable () -> CardExpiry = { Reading.november2026 }

    /// Every typeface, printed, embossed and bare, under every camera; more of the flat printed ones.
    static let specimens: [Specimen] = {
        var specimens: [Specimen] = []
        var seed: UInt64 = 0x5EED_0000
        for typeface in CardTypeface.all {
            for relief in SyntheticCard.Relief.allCases {
                for difficulty in CardPhotograph.Difficulty.allCases {
                    for _ in 0..<(relief == .printed && difficulty == .flat ? 5 : 1) {
                        seed += 1
                        specimens.append(Specimen(seed: seed, typeface, relief, difficulty))
                    }
                }
            }
        }
        return specimens
    }()

    @Test("no wrong number is ever taken, and nine of ten flat printed cards are read (PHOTO-02)")
    func corpus() async throws {
        let report = try await withThrowingTaskGroup(of: CorpusReport.self) { group in
            for worker in 0..<2 {
                group.addTask {
                    let recognition = TesseractRecognition(month: Self.month)
                    var report = CorpusReport()
                    for (index, specimen) in Self.specimens.enumerated() where index % 2 == worker {
                        report.note(specimen, try await recognition.recognize(try specimen.file()))
                    }
                    return report
                }
            }
            return try await group.reduce(into: CorpusReport()) { $0.add($1) }
        }
        print(report.text)
        #expect(report.mistakes.isEmpty, "wrongly accepted: \(report.mistakes)")
        let flat = try #require(report.rows[CorpusReport.flatPrinted])
        #expect(flat.recall >= 0.9, "\(report.text)")
    }
}
