import ArgumentParser
import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp store-data`.
struct GPStoreDataCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "store-data", abstract: "Write data to a security domain, or personalize an application.",
        discussion: """
              seneschal gp store-data --structure tlv 4204AABBCCDD --keys my.card.keys
              seneschal gp store-data --application A0000000031010 --structure dgi --file perso.hex --keys my.card.keys
              seneschal gp store-data --application A0000000031010 --structure dgi --sensitive 8000,8010 --file perso.hex

            Structures: none, tlv (data objects), dgi (data groupings: two bytes of identifier, length, data). The \
            groupings named by --sensitive travel encrypted under the DEK. A file has hex digits, # begins a comment; it \
            may hold card data, so keep it to yourself: arguments are visible to others.
            """)

    enum Structure: String, ExpressibleByArgument, CaseIterable { case none, tlv, dgi }

    @Argument(help: ArgumentHelp("The data in hex.", valueName: "hex"))
    var data: HexArgument?

    @Option(help: ArgumentHelp("A file with the data in hex; - reads standard input.", valueName: "file"))
    var file: String?

    @Option(help: "How the data is structured: \(Structure.allCases.map(\.rawValue).joined(separator: ", ")).")
    var structure = Structure.none

    @Option(
        help: ArgumentHelp("Personalize this application of the security domain instead.", valueName: "aid"))
    var application: AIDArgument?

    @Option(help: ArgumentHelp("Data groupings to encrypt, separated by commas.", valueName: "dgis"))
    var sensitive: DataGroupingsArgument?

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if (data == nil) == (file == nil) { throw ValidationError("Give the data in hex, or --file FILE.") }
        if sensitive != nil, structure != .dgi { throw ValidationError("--sensitive needs --structure dgi.") }
    }

    func perform() async throws -> GPAnswer {
        let bytes = try data?.bytes ?? TextInput.hex(file ?? "-")
        let content = try content(bytes)
        try await withSession { session in
            if let application {
                try await session.personalize(application.aid, content)
            } else {
                try await session.storeData(content)
            }
        }
        return GPAnswer(
            .object(of: [
                "done": "stored", "bytes": .integer(bytes.count),
                "application": application.map { .string("\($0.aid)") },
            ]), ["\(bytes.count) bytes are stored" + (application.map { " in \($0.aid.readable)." } ?? ".")])
    }

    private func content(_ bytes: [UInt8]) throws -> StoredContent {
        do {
            switch structure {
            case .none: return .unstructured(bytes)
            case .tlv: return .dataObjects(try BERTLV.sequence(bytes))
            case .dgi:
                return .dataGroupings(
                    try DataGrouping.sequence(bytes), sensitive: sensitive?.identifiers ?? [])
            }
        } catch {
            throw CommandFailure(.usage, "the data is not \(structure.rawValue): \(error)")
        }
    }
}

/// Identifiers of data groupings on the command line.
struct DataGroupingsArgument: ExpressibleByArgument {
    let identifiers: Set<UInt16>

    init?(argument: String) {
        let identifiers = argument.split(separator: ",").map { $0.count == 4 ? UInt16($0, radix: 16) : nil }
        guard !identifiers.isEmpty, !identifiers.contains(nil) else { return nil }
        self.identifiers = Set(identifiers.compactMap { $0 })
    }
}

extension TextInput {
    /// Hex digits with spaces and lines as one likes; `#` begins a comment.
    static func hex(_ path: String) throws -> [UInt8] {
        let code = try read(path).split(separator: "\n").map { $0.prefix { $0 != "#" }.filter { !$0.isWhitespace } }
        do { return try [UInt8](hex: code.joined()) } catch { throw CommandFailure(.usage, "\(path): \(error)") }
    }
}
