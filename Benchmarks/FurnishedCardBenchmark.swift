import CardLink
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A card with 50 applications: how large its state is, what it costs to make a command durable, and how many of its
/// answers go through the registry in a second.
func benchmarkFurnishedCard() async throws -> [Measurement] {
    var card = try FurnishedCard(applications: 50)
    let state = card.element.persistentState
    return [
        Measurement("State of a card with 50 applications", Double(state.count) / 1_024, "KiB", goal: .atMost(64)),
        Measurement(
            "Card with 50 applications, state encoded", try encodingMicroseconds(card.element), "µs"),
        Measurement(
            "Card with 50 applications, STORE DATA of 226 bytes at level 33", try storeDataPerSecond(&card), "APDUs/s"),
        Measurement("Card with 50 applications, GET STATUS at level 33", try getStatusPerSecond(&card), "APDUs/s"),
    ] + (try await durability(card))
}

private let encodings = 200
private let commands = 2_000

private func encodingMicroseconds(_ card: SecureElement) throws -> Double {
    var total = 0
    let time = seconds { for _ in 0..<encodings { total &+= card.persistentState.count } }
    precondition(total > 0, "a state has bytes")
    return time / Double(encodings) * 1e6
}

private func storeDataPerSecond(_ card: inout FurnishedCard) throws -> Double {
    var session = try card.open()
    var element = card.element
    let wrapped = try (0..<commands).map { try session.wrap(FurnishedCard.storeData($0)) }
    var successes = 0
    let time = seconds {
        for command in wrapped where element.process(command).statusWord == .success { successes += 1 }
    }
    precondition(successes == commands, "every command was accepted")
    return Double(commands) / time
}

/// All applications, as many responses as it takes.
private func getStatusPerSecond(_ card: inout FurnishedCard) throws -> Double {
    var session = try card.open()
    var element = card.element
    var wrapped: [CommandAPDU] = []
    for _ in 0..<commands / 10 {
        for round in 0..<10 {
            wrapped.append(try session.wrap(GetStatusCommand(.applications, isContinuation: round > 0).command))
        }
    }
    var bytes = 0
    let time = seconds { for command in wrapped { bytes += element.process(command).data.count } }
    precondition(bytes > commands * 128, "GET STATUS tells of 50 applications in ten answers")
    return Double(wrapped.count) / time
}

/// STORE DATA on a card in a file, against the same bytes written and synced without a card.
private func durability(_ card: FurnishedCard) async throws -> [Measurement] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var card = card
    var session = try card.open()
    let state = card.element.persistentState
    let plain = folder.appending(path: "plain").path
    let inProcess = InProcessCard(card.element) { element in
        try DurableFile.replace(folder.appending(path: "card").path, with: element.persistentState)
    }
    var bare: [Double] = []
    var commits: [Double] = []
    for round in 0..<5 {
        let wrapped = try (0..<20).map { try session.wrap(FurnishedCard.storeData(round * 20 + $0)) }
        let commit = try await seconds { for command in wrapped { _ = try await inProcess.transmit(command) } }
        let write = try seconds { for _ in wrapped { try DurableFile.replace(plain, with: state) } }
        commits.append(commit / Double(wrapped.count))
        bare.append(write / Double(wrapped.count))
    }
    return [
        Measurement("Card with 50 applications, a STORE DATA made durable", median(commits) * 1e3, "ms"),
        Measurement(
            "Card with 50 applications, a STORE DATA made durable, speed relative to writing and syncing its bytes",
            median(zip(bare, commits).map { $0 / $1 }), goal: .atLeast(0.3)),
    ]
}
