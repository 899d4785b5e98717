import ArgumentParser
import Assembly
import CardCryptography
import CardLink
import EMV
import Foundation
import GlobalPlatform
import ISO7816
import SecureElement
import SeneschalAPI
import SeneschalClient

/// What makes a payment application one card of an issuer's, on its way from the issuer to the chip: in a file that only its
/// owner reads.
struct BankCardFile {
    /// Under which terminals find it.
    static let application: AID = "A0000000041010"

    private let contents: Contents

    private struct Contents: Codable {
        var number: String
        /// MM/YY.
        var expiry: String
        var sequenceNumber: UInt8
        /// The key of this card's cryptograms.
        var key: [UInt8]
        /// What is on the card.
        var label: String
        var country: UInt16
    }

    init(_ chip: API.ChipPersonalization, number: String, key: SecretBytes, label: String, country: UInt16) throws {
        contents = Contents(
            number: number, expiry: chip.expiry, sequenceNumber: UInt8(clamping: chip.sequenceNumber),
            key: key.revealed(), label: label, country: country)
        _ = try application()
    }

    private init(_ contents: Contents) { self.contents = contents }

    static func read(_ path: String) throws -> BankCardFile {
        let text = try SecretFile.read(path)
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(text.utf8)) else {
            throw CommandFailure(
                .refused, "\(path) is no file of a card's chip", nextStep: "seneschal issuer card chip")
        }
        return BankCardFile(contents)
    }

    /// Makes the file, mode 0600; it must not exist.
    func create(_ path: String) throws {
        try DurableFile.create(path, with: Array(JSONEncoder().encode(contents)) + Array("\n".utf8))
    }

    /// A payment application of the M/Chip style.
    func application() throws -> TestApplication {
        guard let expiry = CardExpiry(printed: contents.expiry), contents.sequenceNumber <= 99,
            contents.country <= 999
        else { throw CommandFailure(.refused, "the card's file has an expiry, number or country that is none") }
        let account = PaymentAccount(
            number: try PrimaryAccountNumber(contents.number), expiry: expiry,
            sequenceNumber: contents.sequenceNumber, label: contents.label, issuerCountryCode: contents.country)
        let personalization = try PaymentPersonalization.issued(account, cardKey: TripleDESKey(contents.key))
        return TestApplication(
            aid: Self.application, package: BuiltInModule.paymentPackage, module: BuiltInModule.payment,
            runs: [personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }])
    }
}

extension BankCardFile: CustomStringConvertible, CustomReflectable {
    var description: String { "‹a card's chip›" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension IssuerCardCommand {
    /// `seneschal issuer card chip`.
    struct Chip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what makes a card's chip this one into a file for `card new --bank-card`.",
            discussion: """
                  seneschal issuer card issue hld_… --type debit --label HARBOUR --number-file ada.number
                  seneschal issuer card chip acc_… --number-file ada.number --file ada.chip
                  seneschal card new ada.card --bank-card ada.chip
                  seneschal terminal pay --card ada.card --amount 1250 --till corner.till
                """)

        @Option(help: ArgumentHelp("The card's number, as `issuer card issue` wrote it.", valueName: "file"))
        var numberFile: String

        @Option(
            help: ArgumentHelp("The file (mode 0600); it holds the chip's key. It must not exist.", valueName: "file"))
        var file: String

        @Option(help: "What is on the card, 1 to 16 characters.")
        var label = "DEBIT"

        @Option(help: ArgumentHelp("Where the issuer is, ISO 3166-1, numeric.", valueName: "code"))
        var country: UInt16 = 276

        @OptionGroup var card: CardArgument

        func run() async throws {
            guard !SecretFile.exists(file) else { throw CommandFailure(.usage, "\(file) exists already") }
            let number = try SecretFile.read(numberFile)
            // Nobody but this process ever has the private half.
            let receiver = TransportKeyPair.generate()
            let chip = try await card.request.server.withClient {
                try await $0.personalizeChip(
                    of: card.card, transportKey: receiver.publicKey.pem,
                    idempotencyKey: card.request.key.idempotencyKey)
            }
            let key = try receiver.decrypt(chip.wrappedCardKey.bytes)
            try BankCardFile(chip, number: number, key: key, label: label, country: country).create(file)
            Terminal.message("The chip's key is in \(file). Next: seneschal card new my.card --bank-card \(file)")
        }
    }
}
