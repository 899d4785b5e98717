import ArgumentParser
import CardCryptography
import EMV
import Foundation
import ISO7816
import Terminal

/// `seneschal terminal pay`: a card or a device is held to the terminal.
struct TerminalPayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay",
        abstract: "One contactless payment with the device on the air, a card's file, or a card in a reader.",
        discussion: """
            The air is nfcpy's: what `seneschal device phone`, `device air` and `card serve --air` appear on.

              seneschal terminal pay --air 54321 --amount 1250
              seneschal terminal pay --air 54321 --amount 1250 --wallet http://127.0.0.1:8090 \
            --credential-file corner-shop.credential

            A card's file is used by its contactless interface; it must not be in use elsewhere. With the key of the \
            scheme that `card new --payment test` writes, the card is authenticated offline as well:

              seneschal card new my.card --test-keys --payment test
              seneschal terminal pay --card my.card --authority my.card.payment --application A000000004 --amount 1250

            Universal cards come first on that card and are never authenticated offline: --application passes them over. \
            A card in a reader is taken by PC/SC:

              seneschal terminal pay --reader Virtual --amount 1250

            With --till the payment server is asked, and it asks the card's issuer: what the chip gave goes there, with \
            track 2 where there is one.

              seneschal terminal pay --card ada.card --amount 1250 --till corner.till --transaction sale-7 --json

            The same --transaction again shows what became of it, without the card: it is paid once.

            Exit status 0: approved, or nobody was asked. 1: declined or refused. 4: not settled yet; repeat with the \
            same --transaction. 6: there is no card in the field. Nothing was authorized; hold it there again.
            """)

    @OptionGroup var place: CardPlace

    @Option(help: ArgumentHelp("The scheme's key, as `card new --payment test` writes it.", valueName: "file"))
    var authority: String?

    @Option(
        help: ArgumentHelp(
            "Pay with applications alone whose AIDs begin with this; once for each. Visa, Mastercard and UnionPay when "
                + "absent.", valueName: "aid"))
    var application: [AIDArgument] = []

    @Option(
        help: ArgumentHelp(
            "Ask the payment server of this terminal's file, made by `seneschal pay terminal make`.", valueName: "file")
    )
    var till: String?

    @OptionGroup var merchant: MerchantOptions

    func validate() throws {
        if till != nil, merchant.wallet != nil { throw ValidationError("Give --till or --wallet, not both.") }
    }

    func run() async throws {
        var profile = TerminalProfile(merchant: merchant.merchant)
        if !application.isEmpty { profile.applications = application.map(\.aid) }
        if let authority { profile.authorities.add(try AuthorityFile.read(authority)) }
        if let till {
            let payment = try TillPayment(
                try TillFile.read(till), trustedCertificates: merchant.trust, transaction: merchant.transaction,
                json: merchant.output.json)
            return try await payment.conclude(merchant.terminalData) { try await paid(profile) }
        }
        let acquirer = try merchant.acquirer()
        try await merchant.conclude(try await paid(profile), acquirer)
    }

    private func paid(_ profile: TerminalProfile) async throws -> AuthorizationData {
        try await place.withCard { card in
            do throws(TerminalError) {
                return try await ContactlessTerminal(profile).pay(
                    merchant.terminalData, with: card, at: Int64(Date().timeIntervalSince1970))
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}

/// The scheme's part of what `card new --payment test` writes.
private struct AuthorityFile: Decodable {
    let registeredIdentifier: String
    let authorityIndex: String
    let authorityModulus: String
    let authorityExponent: String
    let expiry: String

    static func read(_ path: String) throws -> CertificationAuthorityKey {
        let text = try TextInput.read(path)
        guard let file = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)),
            let identifier = try? [UInt8](hex: file.registeredIdentifier),
            identifier.count == CertificationAuthorityKey.registeredIdentifierLength,
            let index = try? [UInt8](hex: file.authorityIndex), index.count == 1,
            let modulus = try? [UInt8](hex: file.authorityModulus),
            let exponent = try? [UInt8](hex: file.authorityExponent),
            let key = try? RSAPublicKey(modulus: modulus, exponent: exponent),
            let expiry = CardExpiry(printed: file.expiry)
        else { throw CommandFailure(.usage, "\(path) holds no key of a payment scheme") }
        return CertificationAuthorityKey(registeredIdentifier: identifier, index: index[0], key: key, expiry: expiry)
    }
}
