import ArgumentParser
import CardLink
import ISO7816
import PCSCLink

/// Where the card or device is that is held to a terminal.
struct CardPlace: ParsableArguments {
    @Option(help: ArgumentHelp("The UDP port of the air, on this machine.", valueName: "port"))
    var air: UInt16?

    @Option(help: ArgumentHelp("The card's file, made by `seneschal card new`.", valueName: "file"))
    var card: String?

    @Option(help: ArgumentHelp("Part of the name of a PC/SC reader.", valueName: "name"))
    var reader: String?

    func validate() throws {
        guard [air != nil, card != nil, reader != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Give one of --air PORT, --card FILE and --reader NAME.")
        }
    }

    /// The card for the time of `body`.
    func withCard<Value: Sendable>(_ body: (any CardChannel) async throws -> Value) async throws -> Value {
        if let card { return try await body(try CardFile.open(card).card().contactless) }
        if let air { return try await body(try AirReader(port: air)) }
        let card = try PCSCCard(reader: try await ReaderChoice(wanted: reader).name(), protocol: nil)
        let value: Value
        do {
            value = try await body(card)
        } catch {
            await card.close()
            throw error
        }
        await card.close()
        return value
    }
}
