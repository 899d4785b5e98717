import ArgumentParser
import Assembly
import CardCryptography
import Foundation
import HTTPServer
import KeyVault
import Logging
import MobileDevice
import SeneschalAPI
import SeneschalClient
import TrustedServiceManager

/// `seneschal demo`: the main job on real input.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Provisions services onto virtual secure elements, through a real server.",
        discussion: """
            Starts the central TSM on a free port, registers two mobile networks, two service providers and three
            handsets, and runs Flows A, B and C over HTTP and APDUs, with a signal lost on the way. Then a card that
            three parties share: the central TSM, the mobile network's own TSM, and a provider that manages by itself
            with tokens; a wallet with two banks; and a day of payments: tag, bill, gate, smart card, a bank's card,
            coupon, a trusted application. Nothing is left behind.

              seneschal demo
              seneschal demo --apdus
              seneschal demo --stay --port 8080
            """)

    @Flag(help: "Show every APDU that reaches a card; keys and personalization data are masked.")
    var apdus = false

    @Flag(help: "Leave the server and the handsets running afterwards, and print how to use them.")
    var stay = false

    @Option(help: "The port; 0 takes a free one.")
    var port = 0

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let house = try CentralTSMHouse(
            folder: folder.path, unlock: .keyFile(folder.appending(path: "vault.key").path),
            logger: Logger(label: "seneschal") { JSONLinesLogHandler(label: $0, logLevel: .critical) })
        let secret = try await house.desk.createOperatorCredential(name: "demo")
        let (ports, found) = AsyncStream<Int>.makeStream()
        let address = try ServerAddress(host: "127.0.0.1", port: port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await house.server.run(at: address) { found.yield($0) } }
            group.addTask { try await tell(ports, secret, folder) }
            // The story's end, or the server's, whichever comes first, is the end.
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        try house.close()
    }

    private func tell(_ ports: AsyncStream<Int>, _ secret: String, _ folder: URL) async throws {
        guard let port = await ports.first(where: { _ in true }) else { return }
        let stage = try await DemoStage(
            server: "http://127.0.0.1:\(port)", operatorSecret: secret, folder: folder, showsAPDUs: apdus)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for product in stage.handsets {
                group.addTask { try await product.handset.run(connection: product.connection) }
            }
            try await DemoStory(stage: stage).tell()
            try await DemoSecondAct(stage: stage, folder: folder, showsAPDUs: apdus).tell()
            try await DemoThirdAct(stage: stage, folder: folder).tell()
            try await DemoFourthAct(stage: stage, folder: folder, showsAPDUs: apdus).tell()
            if stay { try await linger(stage, secret) }
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        await stage.close()
    }

    /// Until the person at the terminal has seen enough.
    private func linger(_ stage: DemoStage, _ secret: String) async throws {
        Terminal.output(
            """

            The server stays at \(stage.server). Press Ctrl-C to end.
              curl -s \(stage.server)/health
              curl -s \(stage.server)/openapi.json
              curl -s -H 'Authorization: Bearer \(secret)' \(stage.server)/operator/v1/secure-elements
            """)
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3_600)) }
    }
}
