import ArgumentParser
import CardCryptography
import CardLink
import EMV
import Foundation
import ISO7816
import Terminal

/// `seneschal terminal pay`: a card or a device is held to the terminal.
struct TerminalPayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay",
        abstract: "One contactless payment with the device on the air, or with a card's file.",
        discussion: """
            The air is nfcpy's: what `seneschal device phone`, `device air` and `card serve --air` appear on.

              seneschal terminal pay --air 54321 --amount 1250
              seneschal terminal pay --air 54321 --amount 1250 --wallet http://127.0.0.1:8090 \
            --credential-file corner-shop.credential

            A card's file is used by its contactless interface; it must not be in use elsewhere. With the key of the \
            scheme that `card new --payment test` writes, the card is authenticated offline as well:

              seneschal card new my.card --test-keys --payment test
              seneschal terminal pay --card my.card --authority my.card.payment --application A000000004 --amount 1250

            Universal cards come first on that card and are never authenticated offline: --application passes them over.

            Exit status 6: there is no card in the field. Nothing was authorized; hold it there again.
            """)

    @Option(help: ArgumentHelp("The UDP port of the air, on this machine.", valueName: "port"))
    var air: UInt16?

    @Option(help: ArgumentHelp("The card's file, made by `seneschal card new`.", valueName: "file"))
    var card: String?

    @Option(help: ArgumentHelp("The scheme's key, as `card new --payment test` writes it.", valueName: "file"))
    var authority: String?

    @Option(
        help: ArgumentHelp(
            "Pay with applications alone whose AIDs begin with this; once for each. Visa, Mastercard and UnionPay when "
                + "absent.", valueName: "aid"))
    var application: [AIDArgument] = []

    @OptionGroup var merchant: MerchantOptions

    func validate() throws {
        if (air == nil) == (card == nil) { throw ValidationError("Give --air PORT or --card FILE, one of them.") }
    }

    func run() async throws {
        var profile = TerminalProfile(merchant: merchant.merchant)
        if !application.isEmpty { profile.applications = application.map(\.aid) }
        if let authority { profile.authorities.add(try AuthorityFile.read(authority)) }
        let acquirer = try merchant.acquirer()
        try await merchant.conclude(try await paid(profile), acquirer)
    }

    private func paid(_ profile: TerminalProfile) async throws -> AuthorizationData {
        let field = try field()
        do throws(TerminalError) {
            return try await ContactlessTerminal(profile).pay(
                merchant.terminalData, with: field, at: Int64(Date().timeIntervalSince1970))
        } catch {
            throw CommandFailure(error)
        }
    }

    private func field() throws -> any CardChannel {
        if let card { return try CardFile.open(card).card().contactless }
        return try AirReader(port: air ?? UDPAir.defaultPort)
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
