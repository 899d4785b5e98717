import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
import GlobalPlatform
import ISO7816
import KeyVault
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import SmartCardVerification
import TrustedReading

/// Ada's telephone, and two providers that bring applications into its secure element through the central TSM: the payment
/// server's operator, and whoever makes trusted readers. They know her number, and nothing else.
struct DemoHandset {
    private static let msi = "4915112345691"

    let product: HandsetFactory.Product
    private let payments: RegisteredProvider
    private let readers: RegisteredProvider
    private let agent: Task<Void, any Error>

    /// Made, registered and switched on.
    init(_ stage: DemoStage, _ folder: URL, showsAPDUs: Bool) async throws {
        for service in PaymentServices.all { _ = try await stage.operatorClient.registerService(service) }
        payments = try await RegisteredProvider("Quay Payments", stage.operatorClient, stage.transport, in: folder)
        readers = try await RegisteredProvider("Lantern Readers", stage.operatorClient, stage.transport, in: folder)
        let factory = try await HandsetFactory(
            operator: stage.operatorClient, transport: stage.transport, batch: "telephones that pay")
        let trace = CardTrace { Terminal.output("        \($0)") }
        let product = try await factory.make(
            .init(msi: Self.msi, network: DemoStage.networks[0], type: .embedded)
        ) { card -> any CardChannel in
            if showsAPDUs { TracedChannel(card: card, trace: trace) } else { card }
        }
        self.product = product
        agent = Task { try await product.run() }
    }

    /// What a terminal's field reaches.
    var contactless: ContactlessCard<SecureElement> { product.card.contactless }

    func close() async {
        agent.cancel()
        _ = await agent.result
        payments.vault.close()
        readers.vault.close()
    }

    // MARK: - Applications

    func introduce() {
        chapter("Through the central TSM her telephone gets a purse, a smart card, and a trusted reader's SA1 and SA2")
        say("providers           \(payments.name) and \(readers.name) know the number \(Self.msi)")
    }

    /// A purse that the payment server has issued to her, loaded from her account over the telephone's own interface.
    func bringPurse(of ada: DemoPerson, in town: PaymentNeighbourhood, loadedWith cents: Int64) async throws {
        let purse = try await ada.issuePurse(in: town)
        let instance = try await payments.provision(
            PaymentServices.purse, named: purse.applicationData.serial.description, with: purse.dataGroupings,
            for: Self.msi, report: DemoStory.tell)
        try await ada.load(cents, onto: product.card)
        let directory = try await contactless.transmit(
            SelectCommand(CardConfiguration.paymentSystemEnvironment).command)
        guard directory.data.hex.contains(instance.bytes.hex) else {
            throw CommandFailure(.refused, "the directory does not list the purse")
        }
        say("the purse           is listed by PPSE, and loaded with \(cents) cents of her account")
    }

    /// The smart card that the payment server has enrolled for Ada's account.
    func bringSmartCard(_ personalization: SmartCardPersonalization) async throws {
        let instance = try await payments.provision(
            PaymentServices.smartCard, named: personalization.identification.text,
            with: personalization.dataGroupings, for: Self.msi, report: DemoStory.tell)
        guard instance == SmartCardCommand.application else {
            throw CommandFailure(.refused, "terminals do not look for the smart card under \(instance)")
        }
    }

    /// SA1 and SA2, personalized with the keys of a TEE application and of the NFC controller.
    func bringTrustedReading(_ keys: ReadingKeys) async throws -> TrustedReadingInstances {
        try await readers.provisionTrustedReading(
            named: "READER-0001", keys: keys, for: Self.msi, report: DemoStory.tell)
    }
}
