import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A CAP of 22 KB through our own host library, against the same LOADs wrapped beforehand and handed to the same card.
func benchmarkInstallation() async throws -> [Measurement] {
    let file = try CAPFileBuilder(
        package: "F053454E45534348414C4200", applets: ["F053454E45534348414C420001"], codeLength: 22 * 1_024
    ).executableLoadFile()
    var plan = InstallationPlan(file)
    plan.addAllModules()
    var library: [Double] = []
    var ratios: [Double] = []
    var blocks = 0
    for _ in 0..<rounds {
        var card = try FurnishedCard()
        let manager = CardManager(
            channel: InProcessCard(card.element), keys: FixedKeySource(CardKeyMaterial(card.keys)))
        let time = try await seconds { blocks = try await manager.install(plan).blocksLoaded }
        let bare = try bareSeconds(file, &card)
        library.append(time)
        ratios.append(bare / time)
    }
    return [
        Measurement("CAP of 22 KB installed by the host library, \(blocks) LOADs", median(library) * 1e3, "ms"),
        Measurement(
            "CAP of 22 KB installed by the host library, speed relative to the card alone", median(ratios)),
    ]
}

private let rounds = 7

/// The card's own time for the same content.
private func bareSeconds(_ file: ExecutableLoadFile, _ card: inout FurnishedCard) throws -> Double {
    var session = try card.open()
    let commands =
        [InstallCommand.forLoad(.init(executableLoadFile: file.packageAID)).command]
        + (try LoadCommand.blocks(of: LoadFile(file))).map(\.command)
    let wrapped = try commands.map { try session.wrap($0) }
    var element = card.element
    var successes = 0
    let time = seconds {
        for command in wrapped where element.process(command).statusWord == .success { successes += 1 }
    }
    precondition(successes == commands.count, "every block was accepted")
    return time
}
