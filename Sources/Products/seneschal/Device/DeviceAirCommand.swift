import ArgumentParser
import CardLink

/// `seneschal device air`: the card of a device in the field of a contactless reader, until it is told to stop.
struct DeviceAirCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "air",
        abstract: "Hold a device to a contactless reader: its card answers on nfcpy's UDP air.",
        discussion: """
            The air is a UDP port on this machine, and a reader is any program that speaks nfcpy's protocol:

              seneschal device air --card my.card --port 54321
              nfc.ContactlessFrontend("udp:localhost:54321")

            What the reader reaches is the card's contactless interface. Every change to the card is on the disk before \
            its response leaves. Control-C stops.
            """)

    @Option(help: ArgumentHelp("The card's file, made by `seneschal card new`.", valueName: "file"))
    var card: String

    @Option(help: "The UDP port of the air.")
    var port: UInt16 = UDPAir.defaultPort

    @OptionGroup var air: AirOptions

    @Flag(help: "Print commands and responses. Fields that may hold keys, PINs or card numbers are masked.")
    var trace = false

    func run() async throws {
        let file = try CardFile.open(card)
        let trace = trace ? CardTrace { Terminal.output($0) } : nil
        let onAir = try UDPAir(file.card().contactless, controller: air.controller, trace: trace).listen(port: port)
        let signals = StopSignals.onArrival { onAir.stop() }
        Terminal.message("The card is on the air: udp:localhost:\(onAir.port)")
        await onAir.stopped()
        withExtendedLifetime(signals) {}
        Terminal.message("Stopped. The card is in \(card).")
    }
}
