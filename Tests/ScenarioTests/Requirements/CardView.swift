import CardCryptography
import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import TrustedServiceManager

/// The card as it stands, looked at beside the system under test.
extension World {
    nonisolated var random: SystemRandomSource { SystemRandomSource() }

    /// What SELECT answers, on a copy of the card.
    func selecting(_ aid: AID) async throws -> StatusWord {
        var copy = await card.card
        copy.reset()
        return copy.process(SelectCommand(aid).command).statusWord
    }

    struct Progress: Equatable {
        var blocks: Int
        var isComplete: Bool
        var completions: Int
    }

    /// How far an application is personalized, as its SD tells.
    func progress(of application: AID) async throws -> Progress? {
        var copy = await card.card
        copy.reset()
        guard let domain = copy.inventory.applications.first(where: { $0.aid == application })?.securityDomain else {
            return nil
        }
        _ = copy.process(SelectCommand(domain).command)
        let record = try BERTLV(bytes: copy.process(GetDataCommand(0xDF70).command).data)
        for entry in try BERTLV.sequence(record.value).dropFirst() {
            let fields = try entry.children()
            guard fields[0x4F as BERTag] == application.bytes, let blocks = fields[0x80 as BERTag],
                let completions = fields[0x82 as BERTag]
            else { continue }
            return Progress(
                blocks: Int(blocks[0]) << 8 | Int(blocks[1]), isComplete: fields[0x81 as BERTag] == [1],
                completions: Int(completions[0]) << 8 | Int(completions[1]))
        }
        return nil
    }

    /// Personalization commands in plain, for the central TSM to wrap.
    static func plainPersonalization(of instance: AID) -> [CommandAPDU] {
        [InstallCommand.forPersonalization(application: instance).command]
            + StoreDataCommand.blocks(of: personalization.groupings, blockLength: 200).map(\.command)
    }

    @discardableResult
    func personalizeInPlain(
        _ party: Party, _ instance: AID = Names.firstInstance, prn: String = "PRN-1"
    ) async throws -> ScriptOutcome {
        try await run(Self.plainPersonalization(of: instance), party, prn: prn, patiently: true)
    }
}
