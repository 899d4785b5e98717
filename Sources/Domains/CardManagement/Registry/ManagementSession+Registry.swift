import GlobalPlatform
import ISO7816

extension ManagementSession {
    /// How many answers one search may take.
    static let statusAnswersMax = 256

    /// Everything that the security domain may see: issuer security domain, applications, load files with their modules.
    ///
    /// A card that does not know the TLV format, or modules, is asked in the older way.
    /// - Throws: ``CardManagementError``.
    public mutating func registry() async throws(CardManagementError) -> CardRegistry {
        var registry = CardRegistry()
        var format = GetStatusCommand.Format.tlv
        let issuer = try await entries(.issuerSecurityDomain, &format)
        registry.issuerSecurityDomain = issuer?.first
        registry.applications = try await entries(.applications, &format) ?? []
        if let loadFiles = try await entries(.executableLoadFilesAndModules, &format) {
            registry.loadFiles = loadFiles
        } else {
            registry.loadFiles = try await entries(.executableLoadFiles, &format) ?? []
        }
        registry.isDetailed = format == .tlv
        return registry
    }

    /// The entries of one subset, or `nil` when the card refuses it.
    ///
    /// - Parameter format: becomes ``GlobalPlatform/GetStatusCommand/Format/legacy`` when the card knows no other.
    private mutating func entries(
        _ subset: GetStatusCommand.Subset, _ format: inout GetStatusCommand.Format
    ) async throws(CardManagementError) -> [RegistryEntry]? {
        if format == .tlv {
            let answer = try await search(subset, .tlv)
            switch answer {
            case .found(let bytes):
                return try Self.decoded { () throws(CommandDecodingError) in try RegistryEntry.entries(tlv: bytes) }
            case .refused(.incorrectParameters), .refused(.wrongParameters): break
            case .refused: return nil
            }
        }
        guard case .found(let bytes) = try await search(subset, .legacy) else { return nil }
        format = .legacy
        return try Self.decoded { () throws(CommandDecodingError) in
            try RegistryEntry.entries(legacy: bytes, withModules: subset == .executableLoadFilesAndModules)
        }
    }

    private enum SearchAnswer {
        case found([UInt8])
        case refused(StatusWord)
    }

    /// GET STATUS until there is no more (`6310`); an empty list is found too (`6A88`).
    private mutating func search(
        _ subset: GetStatusCommand.Subset, _ format: GetStatusCommand.Format
    ) async throws(CardManagementError) -> SearchAnswer {
        var found: [UInt8] = []
        for turn in 0..<Self.statusAnswersMax {
            let command = GetStatusCommand(subset, format: format, isContinuation: turn > 0)
            let response = try await transmit(command.command)
            switch response.statusWord {
            case .moreDataAvailable: found += response.data
            case .referencedDataNotFound: return .found(found)
            case let statusWord where statusWord.isRefusal: return .refused(statusWord)
            default: return .found(found + response.data)
            }
        }
        throw .cardMisbehaved("GET STATUS announces more after \(Self.statusAnswersMax) answers")
    }

    private static func decoded(
        _ read: () throws(CommandDecodingError) -> [RegistryEntry]
    ) throws(CardManagementError) -> [RegistryEntry] {
        do { return try read() } catch { throw .cardMisbehaved("GET STATUS: \(error)") }
    }
}
