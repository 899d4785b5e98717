public import ArgumentParser
import CardLink
import Foundation
import ISO7816
public import PCSCLink

/// Which card: in a reader, behind vpcd's protocol, or in a file.
struct CardSelection: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The PC/SC reader, by its name or a part of it; $SENESCHAL_READER, or the only one with a card.",
            valueName: "name"))
    var reader: String?

    @Option(
        help: ArgumentHelp(
            "A card that speaks vpcd's protocol: one that listens at HOST:PORT (`card serve --reverse`), or with "
                + "listen:PORT the one that connects to us.", valueName: "host:port"))
    var vpcd: VPCDAddress?

    @Option(
        help: ArgumentHelp("A card in a file, run in this process; made by `seneschal card new`.", valueName: "file"))
    var card: String?

    @Option(name: .customLong("protocol"), help: "Insist on a transmission protocol in a reader: t0 or t1.")
    var transmissionProtocol: TransmissionProtocol?

    @Option(help: ArgumentHelp("Wait so long for a card in a reader.", valueName: "seconds"))
    var wait: UInt32?

    @Flag(help: "Print every APDU on standard error; fields that may hold keys, PINs or card numbers are masked.")
    var apdus = false

    @Flag(help: "Print every APDU with every byte, secret or not.")
    var apdusSecrets = false

    func validate() throws {
        let chosen = [reader != nil, vpcd != nil, card != nil].count { $0 }
        if chosen > 1 { throw ValidationError("Give one of --reader, --vpcd and --card.") }
        if vpcd != nil || card != nil, transmissionProtocol != nil || wait != nil {
            throw ValidationError("--protocol and --wait are for readers.")
        }
        if let wait, wait > Self.waitSecondsMax {
            throw ValidationError("--wait is \(Self.waitSecondsMax) seconds at most.")
        }
    }

    static let waitSecondsMax: UInt32 = 86_400

    /// The card for the time of `body`; a reader is given back afterwards, whatever happens.
    func withCard<Value>(_ body: (any CardChannel) async throws -> Value) async throws -> Value {
        if let card { return try await body(traced(try CardFile.open(card).card())) }
        if let vpcd { return try await body(traced(try vpcd.connect())) }
        let card = try PCSCCard(reader: try await ReaderChoice(self).name(), protocol: transmissionProtocol)
        let value: Value
        do {
            value = try await body(traced(card))
        } catch {
            await card.close()
            throw error
        }
        await card.close()
        return value
    }

    private func traced(_ channel: any CardChannel) -> any CardChannel {
        guard apdus || apdusSecrets else { return channel }
        return TracedCard(channel, CardTrace(showsSecrets: apdusSecrets) { Terminal.message($0) })
    }
}

extension TransmissionProtocol: ExpressibleByArgument {}

/// A card behind vpcd's protocol, on the command line: `127.0.0.1:41000`, or `listen:35963`.
struct VPCDAddress: ExpressibleByArgument {
    private let host: String?
    private let port: UInt16

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last, let port = UInt16(last), parts.count >= 2 else { return nil }
        let host = parts.dropLast().joined(separator: ":")
        guard !host.isEmpty else { return nil }
        self.host = host == "listen" ? nil : host
        self.port = port
    }

    func connect() throws -> VPCDLink {
        do {
            if let host { return VPCDLink(try VPCDReader(host: host, port: port), host: host, port: port) }
            let listener = try VPCDReader.Listener(port: port)
            return VPCDLink(try listener.accept(), listener)
        } catch {
            throw CommandFailure(
                .noCard, "\(error)",
                nextStep: "serve a card there: seneschal card serve my.card --reverse --port \(port)")
        }
    }
}

/// Writes down what passes through a channel.
struct TracedCard: CardChannel {
    private let channel: any CardChannel
    private let trace: CardTrace

    init(_ channel: any CardChannel, _ trace: CardTrace) {
        self.channel = channel
        self.trace = trace
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        do {
            let response = try await channel.transmit(command)
            trace.record(command, response)
            return response
        } catch {
            trace.record(command, error)
            throw error
        }
    }

    func reset() async throws(CardUnreachable) {
        try await channel.reset()
        trace.recordReset()
    }
}
