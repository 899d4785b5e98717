import ArgumentParser
import CardLink

/// `seneschal tag serve FILE`: the tag in the field of a reader, until it is told to stop.
struct TagServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Hold a tag to a reader on nfcpy's UDP air.",
        discussion: """
            The air is a UDP port on this machine, and a reader is any program that speaks nfcpy's protocol:

              seneschal tag serve my.tag --port 54322
              nfc.ContactlessFrontend("udp:localhost:54322")

            Every change to the tag is on the disk before its response leaves. Control-C stops.
            """)

    @Argument(help: "The tag's file, made by `seneschal tag new`.")
    var file: String

    @Option(help: "The UDP port of the air.")
    var port: UInt16 = UDPAir.defaultPort

    @Flag(help: "Print commands and responses.")
    var trace = false

    func run() async throws {
        let opened = try TagFile.open(file)
        guard let controller = opened.controller else {
            throw CommandFailure(.refused, "\(file) has an identifier that is not of seven bytes")
        }
        let trace = trace ? CardTrace { Terminal.output($0) } : nil
        let onAir = try UDPAir(opened.tag(), controller: controller, trace: trace).listen(port: port)
        let signals = StopSignals.onArrival { onAir.stop() }
        Terminal.message("The tag is on the air: udp:localhost:\(onAir.port)")
        await onAir.stopped()
        withExtendedLifetime(signals) {}
        Terminal.message("Stopped. The tag is in \(file).")
    }
}
