import ArgumentParser
import Assembly
import CardCryptography
import GlobalPlatform
import ISO7816
import KeyVault
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import Synchronization

/// `seneschal provider provision`: from the number to the active service.
struct ProvisionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provision",
        abstract: "Bring a service to life: prepare, rotate keys, personalize, activate.",
        discussion: """
            With a vault, the scripts are made here, and whatever is done already is found done, so that the command \
            may be run again after any interruption:

              seneschal provider provision --vault bank.vault --data card.dgi --msi 491700000001 \\
                --service 7/1.0 --sp-name "First Bank" --prn PRN-0001

            card.dgi holds one data grouping per line: its identifier, and its data in hex.

              0101  70 0F 5F200C412E43415244484F4C444552   # a record: the name
              9102  A5 09 500442414E4B 870101              # the label and the priority
              9104  82020000 940408010100                  # the processing options

            What makes an application one smart card comes as `seneschal pay smart-card personalize` has written it:

              seneschal provider provision --vault pay.vault --smart-card ada.smart-card --msi 491700000001 \
                --service 3001/1.0 --sp-name "Quay Payments" --prn 0123456789ABCDEF

            and one purse as `seneschal pay purse personalize` has:

              seneschal provider provision --vault pay.vault --purse ada.purse --msi 491700000001 \
                --service 3002/1.0 --sp-name "Quay Payments" --prn 1040000123456789

            Without a vault, wrapped scripts of your own go out in one combined request:

              seneschal provider provision … --rotate rotation.apdu --personalize personalization.apdu --activate
            """)

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Your vault.", valueName: "file"))
    var vault: String?

    @OptionGroup var unlock: VaultOptions

    @Option(help: ArgumentHelp("The data groupings that personalize the application.", valueName: "file"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "In the place of --data: what makes it a smart card that a payment server has enrolled.",
            valueName: "file"))
    var smartCard: String?

    @Option(
        help: ArgumentHelp(
            "In the place of --data: what makes it a purse that a payment server has issued.", valueName: "file"))
    var purse: String?

    @Flag(help: "Rotation, personalization and activation in one request instead of one after the other.")
    var combined = false

    @Option(help: ArgumentHelp("A wrapped key rotation script.", valueName: "file"))
    var rotate: String?

    @Option(help: ArgumentHelp("A wrapped personalization script.", valueName: "file"))
    var personalize: String?

    @Flag(help: "Activate the service after the scripts.")
    var activate = false

    @Option(
        help: """
            Set keys through the controlling authority of the card: never, available (where the card has one; the \
            default once the vault has a certificate) or required.
            """)
    var confidential: ConfidentialArgument?

    @OptionGroup var server: ServerOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let ownScripts = rotate != nil || personalize != nil || activate
        if vault != nil {
            if ownScripts { throw ValidationError("With --vault the scripts are made here.") }
            guard [data, smartCard, purse].count(where: { $0 != nil }) == 1 else {
                throw ValidationError(
                    "With --vault the personalization data is needed: --data, --smart-card or --purse FILE.")
            }
        } else if !ownScripts {
            throw ValidationError(
                "Give --vault with --data, --smart-card or --purse, or any of --rotate, --personalize and --activate.")
        }
    }

    func run() async throws {
        if let vault, let data = try personalizationData() {
            try await runFlow(vault, data)
        } else {
            try await sendScripts()
        }
    }

    private func personalizationData() throws -> PersonalizationData? {
        if let smartCard {
            return PersonalizationData(try SmartCardFile.read(smartCard).personalization.dataGroupings)
        }
        if let purse { return PersonalizationData(try PurseCardFile.read(purse).personalization.dataGroupings) }
        return try data.map(DataGroupingsFile.read)
    }

    /// The provider's side of Flows A to C, each step shown as it is taken.
    private func runFlow(_ path: String, _ data: PersonalizationData) async throws {
        guard target.msi.msi.type == .mdn else {
            throw CommandFailure(.usage, "with --vault the subscription is a telephone number")
        }
        let keys = try ProviderVault.open(at: path, unlock: try unlock.unlock(keyFileDefault: path + ".key"))
        defer { keys.close() }
        let policy = try policy(keys)
        let answer = try await server.withClient { client in
            let flow = ProvisioningFlow(
                tsm: HTTPCentralTSMConnection(client, providerName: target.spName), keys: keys,
                random: SystemRandomSource(), confidentiality: policy)
            let order = ProvisioningFlow.Order(
                subscriber: Subscriber(msi: target.msi.msi.value),
                service: ServiceName(number: target.service.service.id, version: target.service.service.version),
                paymentReferenceNumber: target.prn, data: data, isCombined: combined)
            do throws(ProvisioningError) {
                // Each round finds the secure element again; it is told of once.
                let told = Mutex<ProvisioningFlow.Step?>(nil)
                _ = try await flow.run(order) { step in
                    if case .foundSecureElement = step {
                        let isKnown = told.withLock { known in
                            defer { known = step }
                            return known == step
                        }
                        if isKnown { return }
                    }
                    Terminal.message(step.inWords)
                }
            } catch {
                throw CommandFailure(error)
            }
            return try await client.serviceStatus(try await target.request(client))
        }
        try output.show(answer)
    }

    private func policy(_ keys: ProviderVault) throws -> ConfidentialSetupPolicy {
        switch confidential ?? (keys.hasConfidentialSetup ? .available : .never) {
        case .never: return .never
        case .available: return .whereAvailable(keys)
        case .required:
            guard keys.hasConfidentialSetup else {
                throw CommandFailure(
                    .refused, "the vault has no certificate that cards verify",
                    nextStep: "seneschal provider keys card-key, then import-certificate")
            }
            return .required(keys)
        }
    }

    private func sendScripts() async throws {
        let rotation = try rotate.map(TextInput.script)
        let personalization = try personalize.map(TextInput.script)
        let answer = try await server.withClient { client in
            let names = try await target.request(client)
            return try await client.provision(
                .init(
                    seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier,
                    rotate: rotation, personalize: personalization, activate: activate),
                idempotencyKey: key.idempotencyKey)
        }
        try output.show(answer)
        try answer.rotate?.outcome.check()
        try answer.personalize?.outcome.check()
    }
}

/// Whether keys are set through the controlling authority, on the command line.
enum ConfidentialArgument: String, ExpressibleByArgument, CaseIterable { case never, available, required }

extension CommandFailure {
    fileprivate init(_ error: ProvisioningError) {
        switch error {
        case .unsettled: self.init(.unknownOutcome, "\(error)", nextStep: "run the same command again")
        default: self.init(.refused, "\(error)")
        }
    }
}

extension ProvisioningFlow.Step {
    fileprivate var inWords: String {
        switch self {
        case .foundSecureElement(let id): "The subscription is on secure element \(id)."
        case .prePersonalizing: "Preparing the security domain and the application …"
        case .settingKeysConfidentially: "Agreeing on keys with the card's controlling authority …"
        case .foundNoControllingAuthority: "The card has no controlling authority."
        case .rotatingKeys: "Putting own keys into the security domain …"
        case .personalizing: "Personalizing the application …"
        case .activating: "Activating the service …"
        case .provisioningCombined: "Rotating keys, personalizing and activating in one request …"
        case .repeating(let reason): "Trying again: \(reason)"
        case .active(let instance): "The service is active; its application is \(instance)."
        }
    }
}

/// Data groupings in a text file: identifier and data in hex, one per line; `#` begins a comment.
enum DataGroupingsFile {
    static func read(_ path: String) throws -> PersonalizationData {
        var groupings: [DataGrouping] = []
        let lines = try TextInput.read(path).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first else { continue }
            guard first.count == 4, let identifier = UInt16(first, radix: 16),
                let data = try? [UInt8](hex: words.dropFirst().joined()), data.count <= DataGrouping.dataLengthMax
            else {
                throw CommandFailure(
                    .usage, "\(path), line \(number + 1): four hex digits and the data in hex are expected")
            }
            groupings.append(DataGrouping(identifier, data))
        }
        guard !groupings.isEmpty else { throw CommandFailure(.usage, "\(path) holds no data groupings") }
        return PersonalizationData(groupings)
    }
}
