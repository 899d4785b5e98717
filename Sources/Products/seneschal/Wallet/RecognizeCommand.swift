import ArgumentParser
import CardCapture
import CardLink
import EMV
import MobileDevice
import SeneschalAPI

/// `seneschal wallet recognize IMAGE`: what a picture of a card shows.
struct RecognizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recognize",
        abstract: "Read a card from a picture.",
        discussion: """
            The number is shown as its first six and last four digits. A picture that does not show it with certainty is \
            refused with the reason; nothing is guessed, and nothing of the picture is kept.

              seneschal wallet draw-card card.png
              seneschal wallet recognize card.png
            """)

    @Argument(help: "A PNG or JPEG file.")
    var image: String

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        guard let bytes = try DurableFile.read(image, bytesMax: ImageHeader.bytesMax) else {
            throw CommandFailure(.refused, "\(image) does not exist")
        }
        switch try await TesseractRecognition().recognize(bytes) {
        case .card(let card): show(card)
        case .anotherPhotograph(let reason):
            if json {
                Terminal.output(JSONValue.object([JSONMember("reason", .string(reason.rawValue))]).indentedText)
            }
            throw CommandFailure(.refused, reason.explanation, nextStep: "take another photograph")
        }
    }

    private func show(_ card: CapturedCard) {
        let confidence = "\(Int((card.confidence * 1000).rounded()))"
        let members: [(String, String?)] = [
            ("number", card.number.masked), ("expiry", card.expiry?.description), ("name", card.cardholderName),
            ("confidence", "0." + String(repeating: "0", count: max(0, 3 - confidence.count)) + confidence),
        ]
        guard !json else {
            let present = members.compactMap { name, value in value.map { JSONMember(name, .string($0)) } }
            return Terminal.output(JSONValue.object(present).indentedText)
        }
        for (name, value) in members {
            let label = name + String(repeating: " ", count: 12 - name.count)
            Terminal.output(label + (value ?? "not readable: type it"))
        }
    }
}

extension UnreadableReason {
    /// For the person with the camera.
    var explanation: String {
        switch self {
        case .noCardNumber: "the picture shows no card number"
        case .uncertainDigits: "some digits of the number cannot be read with certainty"
        case .checkDigit: "the number that was read has a wrong check digit"
        case .unknownIssuer: "no issuer of such a number is known"
        case .severalNumbers: "the picture shows more than one card number"
        case .tooSmall: "the picture is too small to read digits on it"
        }
    }
}
