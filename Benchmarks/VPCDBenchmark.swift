import CardLink
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// The card over vpcd's protocol on the loopback interface, both ends ours, against the same card without sockets.
func benchmarkVPCD() async throws -> [Measurement] {
    var card = try FurnishedCard()
    var plain: [Double] = []
    var secured: [Double] = []
    var direct: [Double] = []
    for _ in 0..<rounds {
        var session = try card.open()
        let wrapped = try (0..<commandCount).map { try session.wrap(FurnishedCard.storeData($0)) }
        let selections = Array(repeating: SelectCommand(FurnishedCard.central).command, count: commandCount)
        let served = try VPCDCard(InProcessCard(card.element)).listen(port: 0)
        defer { served.stop() }
        let reader = try VPCDReader(port: served.port)
        secured.append(try await perSecond(wrapped, over: reader))
        plain.append(try await perSecond(selections, over: reader))
        direct.append(try await perSecond(selections, over: InProcessCard(card.element)))
    }
    return [
        Measurement("Card over vpcd, SELECT of the central SD", median(plain), "APDUs/s", goal: .atLeast(2_000)),
        Measurement("Card over vpcd, STORE DATA of 226 bytes at level 33", median(secured), "APDUs/s"),
        Measurement(
            "Card over vpcd, speed of SELECT relative to the same card without sockets",
            median(zip(plain, direct).map { $0 / $1 })),
    ]
}

private let rounds = 5
private let commandCount = 1_000

private func perSecond(_ commands: [CommandAPDU], over channel: some CardChannel) async throws -> Double {
    var successes = 0
    let time = try await seconds {
        for command in commands where try await channel.transmit(command).statusWord == .success { successes += 1 }
    }
    precondition(successes == commands.count, "every command was accepted")
    return Double(commands.count) / time
}
