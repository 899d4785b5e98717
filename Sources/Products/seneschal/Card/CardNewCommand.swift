import ArgumentParser
import Assembly
import CardCryptography
import CardLink
import Foundation
import ISO7816
import SecureChannel
import SecureElement

/// `seneschal card new FILE`: a card as it leaves the factory.
struct CardNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a card.",
        discussion: """
            A card with random keys; they are written to my.card.keys, readable by you alone:

              seneschal card new my.card

            A card for development, with the keys 404142…4F that every tool tries first:

              seneschal card new my.card --test-keys

            A card with S16 secure messaging and a number of its own:

              seneschal card new my.card --i 71 --cin 0102030405060708

            A card that speaks SCP02 too, and leaves the factory with DES keys for it:

              seneschal card new my.card --scp02 55

            A UICC with security domains of third parties, but none that verifies every load:

              seneschal card new my.card --configuration uicc-third-party --without-mandated-dap

            A card to try terminals and readers on, with payment applications that test keys and numbers are in:

              seneschal card new my.card --payment test

            A card of an issuer's, that pays where its issuer is asked:

              seneschal card new ada.card --bank-card ada.chip

            A card with an electronic purse, loaded, for a gate:

              seneschal card new my.card --payment purse
            """)

    @Argument(help: "The file to make. It must not exist.")
    var file: String

    @Flag(help: "Use the well-known keys 404142434445464748494A4B4C4D4E4F. Never for a card that matters.")
    var testKeys = false

    @Option(
        help: ArgumentHelp(
            "Use the keys in this file; if it does not exist, random keys are written to it (mode 0600).",
            valueName: "file"))
    var keysFile: String?

    @Option(help: "The size of random keys in bits: 128, 192 or 256.")
    var keyBits = 128

    @Option(
        name: .customLong("i"),
        help: ArgumentHelp(
            "The \"i\" parameter of SCP03: 70 pseudo-random challenges, R-MAC and R-ENCRYPTION; 71 the same in S16; "
                + "60 random challenges; 10, 00 without response security.", valueName: "hex"))
    var implementation = SCP03ImplementationArgument(
        SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption))

    @Option(
        help: ArgumentHelp(
            "The \"i\" parameter of SCP02, which keys of type DES make a security domain speak: 15, 55 pseudo-random "
                + "challenges, 35 and 75 with R-MAC, 04, 14 with one base key, 0A, 1A begun implicitly.",
            valueName: "hex"))
    var scp02: SCP02ImplementationArgument?

    @Option(
        help: """
            The type of the keys that it leaves the factory with: des, for SCP02, where --scp02 is given, otherwise aes. \
            des alone is --scp02 15; aes with --scp02 waits for somebody to put DES keys.
            """)
    var keyType: CardKeyTypeArgument?

    @Option(help: ArgumentHelp("The Card Image Number, 1 to 16 bytes; random when absent.", valueName: "hex"))
    var cin: CardImageNumberArgument?

    @Option(
        help: """
            The security domains on it: embedded (Fig. 5), uicc (Fig. 6), embedded-third-party (Fig. 7) or \
            uicc-third-party (Fig. 8).
            """)
    var configuration = CardFigureArgument.embedded

    @Option(
        help: ArgumentHelp("Persistent memory for load files, instances and keys together.", valueName: "bytes"))
    var memory = CardConfiguration.embedded.capacity

    @Option(
        help: """
            Put payment applications on it: test, two universal cards and one application of each style, with \
            well-known keys; or purse, an electronic purse. What a terminal needs to check them is written to \
            FILE.payment.
            """)
    var payment: CardPaymentArgument?

    @Option(
        help: ArgumentHelp(
            "Make it a smart card that a payment server has enrolled: what `seneschal pay smart-card personalize` wrote.",
            valueName: "file"))
    var smartCard: String?

    @Option(
        help: ArgumentHelp(
            "Make it a purse that a payment server has issued: what `seneschal pay purse personalize` wrote.",
            valueName: "file"))
    var purse: String?

    @Option(
        help: ArgumentHelp(
            "Make it a payment card that an issuer has issued: what `seneschal issuer card chip` wrote.",
            valueName: "file"))
    var bankCard: String?

    @OptionGroup(title: "Alternatives")
    var alternatives: CardAlternatives

    @OptionGroup var authority: AuthorityOptions

    func validate() throws {
        if testKeys && keysFile != nil {
            throw ValidationError("Give --test-keys or --keys-file, not both.")
        }
        if purse != nil && payment == .purse {
            throw ValidationError("Give --purse FILE or --payment purse, not both: a card has one purse.")
        }
        if AESKey.Size(rawValue: keyBits / 8) == nil || keyBits % 8 != 0 {
            throw ValidationError("--key-bits is 128, 192 or 256, not \(keyBits).")
        }
        guard Self.memoryRange.contains(memory) else {
            throw ValidationError(
                "--memory is \(Self.memoryRange.lowerBound) to \(Self.memoryRange.upperBound), not \(memory).")
        }
        if firstKeys == .des && keyBits != 128 {
            throw ValidationError("Keys for SCP02 have 128 bits, not \(keyBits).")
        }
    }

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: file) else {
            throw FileError(path: file, reason: "exists already; choose another name or remove it")
        }
        let cin = cin?.bytes ?? SystemRandomSource().bytes(8)
        var configuration = CardConfiguration(configuration.figure, alternatives.alternatives)
        configuration.capacity = memory
        let (keys, origin) = try keys(for: configuration)
        let identity = CardIdentity(
            issuerIdentificationNumber: Self.issuerIdentificationNumber, cardImageNumber: cin,
            keyDiversificationData: SystemRandomSource().bytes(KeyDiversification.dataLength),
            implementation: implementation.implementation, scp02: scp02Implementation)
        var card = try SecureElement.manufacture(
            configuration, identity: identity,
            channelKeys: { entry in
                try channelKeys(keys.keySet(of: entry.aid))
            })
        try authority.open()?.personalize(&card)
        try await put(
            payment, on: &card, configuration, channelKeys(keys.keySet(of: configuration.centralSecurityDomain)),
            identity)
        let issued = [
            try smartCard.map { try SmartCardFile.read($0).testApplication },
            try purse.map { try PurseCardFile.read($0).personalization.testApplication },
            try bankCard.map { try BankCardFile.read($0).application() },
        ].compactMap(\.self)
        if !issued.isEmpty {
            try issued.install(
                on: &card, in: configuration.centralSecurityDomain,
                keys: channelKeys(keys.keySet(of: configuration.centralSecurityDomain)), identity)
        }
        try CardFile.create(file, card)
        let protocols = "SCP03 \(implementation.implementation)" + (scp02Implementation.map { ", \($0)" } ?? "")
        Terminal.output("Card \(cin.hex), \(configuration.figure), \(protocols), is in \(file).")
        Terminal.output("Its keys: \(origin)")
        Terminal.output("Next: seneschal card serve \(file)")
    }

    private func put(
        _ payment: CardPaymentArgument?, on card: inout SecureElement, _ configuration: CardConfiguration,
        _ keys: SecureChannelKeySet, _ identity: CardIdentity
    ) async throws {
        let domain = configuration.centralSecurityDomain
        switch payment {
        case .test:
            let payment = try TestPayment()
            try payment.personalize(&card, in: domain, keys: keys, identity)
            try payment.write(to: file + ".payment")
        case .purse:
            let purse = try TestPurse()
            try await purse.personalize(&card, in: domain, keys: keys, identity)
            try purse.write(to: file + ".payment")
        case nil: break
        }
    }

    private var scp02Implementation: SCP02Implementation? {
        scp02?.implementation ?? (firstKeys == .des ? .i15 : nil)
    }

    private var firstKeys: CardKeyTypeArgument { keyType ?? (scp02 == nil ? .aes : .des) }

    /// The keys of the file as keys of the type asked for: the same bytes.
    private func channelKeys(_ keys: SCP03KeySet) throws -> SecureChannelKeySet {
        guard firstKeys == .des else { return .scp03(keys) }
        return .scp02(try SCP02KeySet(enc: keys.enc.bytes, mac: keys.mac.bytes, dek: keys.dek.bytes))
    }

    private func keys(for configuration: CardConfiguration) throws -> (CardKeys, origin: String) {
        let domains = configuration.securityDomains.map(\.aid)
        if testKeys {
            let keys = SCP03KeySet(repeating: try AESKey(Array(0x40...0x4F)))
            return (CardKeys(domains.map { ($0, keys) }), "the well-known test keys")
        }
        let path = keysFile ?? file + ".keys"
        if let keys = try CardKeysFile.read(path) {
            guard keysFile != nil else {
                throw FileError(path: path, reason: "exists already; name it with --keys-file to use these keys")
            }
            return (keys, "from \(path)")
        }
        guard let size = AESKey.Size(rawValue: keyBits / 8) else { preconditionFailure("validate() has checked it") }
        let keys = CardKeys(domains.map { ($0, SCP03KeySet.random(size)) })
        try CardKeysFile.write(keys, to: path)
        return (keys, "random, written to \(path)")
    }

    /// What every configuration fits into, and more than any card has.
    private static let memoryRange = 16 * 1024...16 * 1024 * 1024

    /// Ours: not registered with anybody.
    private static let issuerIdentificationNumber = Array("SENE".utf8)
}

/// The "i" parameter on the command line.
struct SCP03ImplementationArgument: ExpressibleByArgument {
    let implementation: SCP03Implementation

    init(_ implementation: SCP03Implementation) { self.implementation = implementation }

    init?(argument: String) {
        guard argument.count == 2, let value = UInt8(argument, radix: 16),
            let implementation = SCP03Implementation(rawValue: value)
        else { return nil }
        self.implementation = implementation
    }

    var defaultValueDescription: String { [implementation.rawValue].hex }
}

/// The "i" parameter of SCP02 on the command line.
struct SCP02ImplementationArgument: ExpressibleByArgument {
    let implementation: SCP02Implementation

    init?(argument: String) {
        guard argument.count == 2, let value = UInt8(argument, radix: 16),
            let implementation = SCP02Implementation(rawValue: value)
        else { return nil }
        self.implementation = implementation
    }
}

/// The type of a card's first keys on the command line.
enum CardKeyTypeArgument: String, ExpressibleByArgument, CaseIterable {
    case aes, des
}

/// A Card Image Number on the command line.
struct CardImageNumberArgument: ExpressibleByArgument {
    let bytes: [UInt8]

    init?(argument: String) {
        guard let bytes = try? [UInt8](hex: argument), (1...16).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
}
