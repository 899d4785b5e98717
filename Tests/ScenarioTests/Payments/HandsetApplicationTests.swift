import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
import GlobalPlatform
import ISO4217
import ISO7816
import JOSE
import MobileDevice
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import SmartCardVerification
import Terminal
import Testing
import TrustedReading

@Suite("The applications of the payment systems, brought to telephones through the central TSM over HTTP", .serialized)
struct HandsetApplicationTests {
    @Test(
        "a purse is listed by PPSE, loaded over the wired interface, and debited by a gate until its provider locks it")
    func purse() async throws {
        try await HandsetTown.tell { town in
            let (telephone, provider) = (try await town.telephone("4915100000001"), try await town.provider("Quay"))
            let issuer = PurseIssuer.random()
            let purse = try issuer.issue()
            let instance = try await provider.provision(
                PaymentServices.purse, named: "PURSE-1", with: purse.dataGroupings, for: telephone.order.msi)
            #expect(instance == "A0000006320101050001")
            #expect(try await directory(of: telephone).contains(instance.bytes.hex))
            try await issuer.load(1_000, into: telephone.card)
            let gate = try TownGate(issuer.keys, in: town.folder)
            try await expect(gate, telephone, leaves: 800)
            let name = PaymentServices.purse.name("PURSE-1", of: telephone.order.msi)
            try await provider.manager.change(.lock, of: name)
            #expect(try await gate.pass(telephone) == .refused(.notAPurse))
            #expect(try await directory(of: telephone).contains(instance.bytes.hex) == false)
            try await provider.manager.change(.unlock, of: name)
            try await expect(gate, telephone, leaves: 600)
            // Money has moved in it: nobody puts other keys or another number into it any more.
            await #expect(throws: ProvisioningError.cardRefused(.conditionsOfUseNotSatisfied)) {
                try await provider.manager.store(PersonalizationData(purse.dataGroupings), in: name)
            }
            try await expect(gate, telephone, leaves: 400)
            try expectUnheard(purse.dataGroupings, [PursePersonalization.keysIdentifier], in: town)
        }
    }

    @Test(
        "a smart card that the payment server has enrolled pays at a till, with a key that nobody on the way has seen")
    func smartCard() async throws {
        try await HandsetTown.tell { town in
            let (telephone, provider) = (try await town.telephone("4915100000001"), try await town.provider("Quay"))
            let shop = try await SmartCardShop(in: town)
            do {
                let card = try await shop.enrol("Ada, member since 1815")
                let instance = try await provider.provision(
                    PaymentServices.smartCard, named: card.identification.text, with: card.dataGroupings,
                    for: telephone.order.msi)
                #expect(instance == SmartCardCommand.application)
                guard case .approved = try await shop.sell(590, to: telephone) else {
                    throw Unexpected("the smart card was not approved")
                }
                #expect(try await shop.taken() == 590)
                try expectUnheard(card.dataGroupings, [0x8000], in: town)
            } catch {
                await shop.close()
                throw error
            }
            await shop.close()
        }
    }

    @Test(
        "TNFC-01 a TEE application reads another telephone's purse through SA1 and SA2, whose card lost its power on the way"
    )
    func trustedReading() async throws {
        try await HandsetTown.tell { town in
            let (ada, ben) = (try await town.telephone("4915100000001"), try await town.telephone("4915100000002"))
            let (readers, quay) = (try await town.provider("Lantern"), try await town.provider("Quay"))
            let keys = ReadingKeys.random()
            // In the middle of the second application's personalization.
            await ada.card.cutPower(PowerCut(.afterCommit, commandsBefore: 40))
            let instances = try await readers.provisionTrustedReading(
                named: "READER-1", keys: keys, for: ada.order.msi)
            let words = town.eavesdropper.all.count
            #expect(
                try await readers.provisionTrustedReading(named: "READER-1", keys: keys, for: ada.order.msi)
                    == instances)
            #expect(town.eavesdropper.all.count == words, "what is done is found done")
            let issuer = PurseIssuer.random()
            let purse = try issuer.issue()
            _ = try await quay.provision(
                PaymentServices.purse, named: "PURSE-2", with: purse.dataGroupings, for: ben.order.msi)
            try await issuer.load(1_234, into: ben.card)
            let application = try #require(keys.applications.first)
            let reader = try reader(application, keys, instances, in: ada, reading: ben)
            try await reader.open()
            try await reader.poll(.typeA, within: .seconds(2))
            let selection = try await reader.channel.transmit(PurseFile.select(PurseFile.transport))
            #expect(try PurseSelection(answer: selection.data).applicationData == purse.applicationData)
            let answer = try await reader.channel.transmit(GetBalance().command)
            #expect(try GetBalance.balance(in: answer.data) == 1_234)
            await reader.close()
            let stranger = try #require(ReadingKeys.random().applications.first)
            let other = try self.reader(stranger, keys, instances, in: ada, reading: ben)
            await #expect(throws: TrustedReadingError.self) { try await other.open() }
            let personalization = ReadingPersonalization(
                firstApplication: instances.first, secondApplication: instances.second, keys: keys)
            let groupings = (personalization.first + personalization.second).map(\.dataGrouping)
            try expectUnheard(groupings, [0x8001, 0x8002, 0x8101], in: town)
        }
    }

    // MARK: - Looking

    private func expect(
        _ gate: TownGate, _ telephone: HandsetFactory.Product, leaves balance: UInt32,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        guard case .opened(let passage) = try await gate.pass(telephone) else {
            throw Unexpected("the gate stays shut")
        }
        #expect(passage.balanceAfter == balance, sourceLocation: sourceLocation)
    }

    private func directory(of telephone: HandsetFactory.Product) async throws -> String {
        try await telephone.card.contactless.transmit(
            SelectCommand(CardConfiguration.paymentSystemEnvironment).command
        ).data.hex
    }

    private func reader(
        _ application: ReadingApplicationKeys, _ keys: ReadingKeys, _ instances: TrustedReadingInstances,
        in telephone: HandsetFactory.Product, reading other: HandsetFactory.Product
    ) throws -> TrustedReader {
        let card = try #require(
            ActivatedCard(identifier: [4, 1, 2, 3, 4, 5, 6], answerToSelect: AnswerToSelect().bytes))
        let relay = RichOSRelay(
            secureElement: telephone.card,
            controller: TrustedNFCController(
                pairing: keys.pairing, field: CardChannelField(other.card.contactless, card: card)),
            firstApplication: instances.first, secondApplication: instances.second)
        return TrustedReader(application) { command throws(CardUnreachable) in try await relay.exchange(command) }
    }

    /// The keys in these groupings, in sixteen bytes each, are in nothing that the central TSM keeps, logs or carries.
    private func expectUnheard(
        _ groupings: [DataGrouping], _ secrets: Set<UInt16>, in town: HandsetTown
    ) throws {
        let heard = try town.heard()
        #expect(heard.keys.contains("seneschal.sqlite"))
        let found = groupings.filter { secrets.contains($0.identifier) }
        #expect(Set(found.map(\.identifier)) == secrets)
        for grouping in found {
            for start in stride(from: 0, to: grouping.data.count, by: 16) {
                let needle = Needle(SecretBytes(Array(grouping.data[start..<start + 16])))
                for (name, bytes) in heard {
                    #expect(
                        needle.found(in: bytes) == [],
                        "a key of grouping \([UInt8(grouping.identifier >> 8)].hex) in \(name)")
                }
                #expect(!needle.found(in: grouping.bytes).isEmpty, "the search finds what is there")
            }
        }
    }
}

private struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

/// A shop with a till at a payment server, and an account that a smart card can pay from.
private struct SmartCardShop {
    private let neighbourhood: PaymentNeighbourhood
    private let shop: String
    private let payer: String
    private let terminal: SmartCardTerminal

    init(in town: HandsetTown) async throws {
        neighbourhood = try await PaymentNeighbourhood(
            in: town.folder.appending(path: "payments").path, logger: town.logger)
        do {
            let server = neighbourhood.paymentOperator
            shop = try await server.openAccount(.merchant, "Corner Bakery")
            let opened = try await neighbourhood.paymentClient(nil).send(
                Endpoints.openPayerAccount,
                .init(
                    label: "Ada", currency: PaymentNeighbourhood.currency,
                    deviceKey: HexBytes(ECPrivateKey.generate(.p256).publicKey.uncompressedPoint), pin: "246810"))
            payer = opened.account.account
            try await neighbourhood.fund(payer, 1_000)
            let key = NamedPrivateKey(name: "bakery-till", privateKey: .generate(.p256))
            let till = try await server.send(
                Endpoints.registerPaymentTerminal,
                .init(name: key.name, publicKey: key.privateKey.publicKey.pem, payee: shop))
            terminal = SmartCardTerminal(
                name: key.name, paymentServer: PaymentNeighbourhood.paymentName,
                application: SmartCardCommand.application, key: key,
                server: HTTPSmartCardServer(neighbourhood.paymentClient(till.secret)))
        } catch {
            await neighbourhood.close()
            throw error
        }
    }

    func enrol(_ data: String) async throws -> SmartCardPersonalization {
        try await neighbourhood.enrolSmartCard(of: payer, carrying: Array(data.utf8))
    }

    /// A telephone is held to the till.
    func sell(_ cents: Int64, to telephone: HandsetFactory.Product) async throws -> CardTransactionAnswer {
        let euro = try #require(Currency(PaymentNeighbourhood.currency))
        let prepared = try await terminal.prepare(
            "sale-1", Money(minorUnits: cents, currency: euro), with: telephone.card.contactless,
            at: SystemClock().now())
        return try await terminal.submit(prepared)
    }

    /// What the shop has of it, in minor units.
    func taken() async throws -> Int? { try await neighbourhood.balance(of: shop) }

    func close() async { await neighbourhood.close() }
}
