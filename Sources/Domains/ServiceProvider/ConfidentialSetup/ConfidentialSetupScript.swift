import GlobalPlatform
public import ISO7816

/// The two scripts of a confidential setup, in plain: the central TSM wraps them in its session and carries them, and can
/// read all of both without learning the keys.
public struct ConfidentialSetupScript: Sendable {
    /// GET DATA of the keys and of CERT.CASD, then the provider's certificate.
    ///
    /// The keys are asked for because every security domain tells them: a session that could not be opened is reported
    /// with the first command, and must not be taken for an authority that is not there.
    public let opening: [CommandAPDU]

    static let certificateOfAuthority = GetDataCommand(0x7F21)

    public init(
        _ keys: any ConfidentialSetupKeys, card: CardDescription
    ) async throws(ProviderKeysError) {
        opening =
            [GetDataCommand.keyInformationTemplate.command, Self.certificateOfAuthority.command]
            + (try await keys.certificateCommands(blockLength: ScriptMaker.blockLength(card)))
    }

    /// What either script takes at most, in bytes: the second holds a template, a point and a signature.
    public var scriptBytesMax: Int { max(512, opening.reduce(0) { $0 + $1.bytes.count }) }

    /// What the answers to ``opening`` amount to.
    public enum Opened: Hashable, Sendable {
        case ready(certificate: [UInt8], challenge: [UInt8])
        /// The card has no controlling authority: `6A88` to GET DATA.
        case noAuthority
        /// The card, or whoever answers for it, said no.
        case refused(StatusWord)
        case unanswered
    }

    public func opened(by processed: ProcessedScript) -> Opened {
        if let refusal = processed.refusals.min(by: { $0.key < $1.key }) {
            switch (refusal.key, refusal.value) {
            case (0, _): return .unanswered
            case (1, .referencedDataNotFound): return .noAuthority
            default: return .refused(refusal.value)
            }
        }
        guard processed.verdict == .completed, let second = processed.responses[1], let certificate = second,
            let last = processed.responses[opening.count - 1], let answer = last,
            certificate.statusWord.isSuccess, answer.statusWord.isSuccess,
            case .challenge(let challenge)? = try? KeyEstablishmentAnswer(bytes: answer.data)
        else { return .unanswered }
        return .ready(certificate: certificate.data, challenge: challenge)
    }
}
