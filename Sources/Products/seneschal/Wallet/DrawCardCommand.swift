import ArgumentParser
import CardCapture
import CardLink
import EMV
import Foundation

/// `seneschal wallet draw-card FILE`: a picture of a card that nobody issued.
struct DrawCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw-card",
        abstract: "Draw a card that nobody issued, as a camera sees it.",
        discussion: """
            For demonstrations and for trying the reader:

              seneschal wallet draw-card card.png
              seneschal wallet draw-card hard.png --relief embossed --typeface OCR-B --camera hard --seed 7
            """)

    @Argument(help: "The PNG file to make. It must not exist.")
    var file: String

    @Option(help: "The number on it, 13 to 19 digits.")
    var number = "4761739001010010"

    @Option(help: "MM/YY.")
    var expiry = "12/30"

    @Option(help: "The name on it.")
    var name = "ADA LOVELACE"

    @Option(help: "One of \(CardTypeface.all.map(\.name).joined(separator: ", ")).")
    var typeface = CardTypeface.dejaVuMono.name

    @Option(help: "printed, embossed with a colored tip, or bare.")
    var relief = ReliefArgument.printed

    @Option(help: "One of \(CameraArgument.allCases.map(\.rawValue).joined(separator: ", ")).")
    var camera = CameraArgument.flat

    @Option(help: "Colors, pattern and what else is not given follow from it.")
    var seed: UInt64 = 1

    func run() async throws {
        guard let face = CardTypeface.all.first(where: { $0.name.lowercased() == typeface.lowercased() }) else {
            throw ValidationError("--typeface is one of \(CardTypeface.all.map(\.name).joined(separator: ", ")).")
        }
        guard let account = try? PrimaryAccountNumber(number), account.count >= 13 else {
            throw ValidationError("--number is 13 to 19 digits with a valid check digit.")
        }
        guard CardExpiry(printed: expiry) != nil else { throw ValidationError("--expiry is MM/YY.") }
        var random = SeededGenerator(seed: seed)
        let card = SyntheticCard.random(
            number: account.revealed(), groups: SyntheticCard.usualGroups(account.count), expiry: expiry, name: name,
            typeface: face, relief: relief.relief, using: &random)
        var photograph = CardPhotograph.random(camera.difficulty, using: &random)
        photograph.jpegQuality = nil
        try DurableFile.create(file, with: photograph.file(of: card))
        Terminal.output("A picture of \(account.masked) is in \(file).")
        Terminal.output("Next: seneschal wallet recognize \(file)")
    }
}

enum ReliefArgument: String, ExpressibleByArgument, CaseIterable {
    case printed, embossed, bare

    var relief: SyntheticCard.Relief {
        switch self {
        case .printed: .printed
        case .embossed: .embossed
        case .bare: .bare
        }
    }
}

enum CameraArgument: String, ExpressibleByArgument, CaseIterable {
    case flat, rotated, perspective, blurred, noisy, glare, compressed, hard

    var difficulty: CardPhotograph.Difficulty {
        switch self {
        case .flat: .flat
        case .rotated: .rotated
        case .perspective: .perspective
        case .blurred: .blurred
        case .noisy: .noisy
        case .glare: .glare
        case .compressed: .compressed
        case .hard: .hard
        }
    }
}
