/// One way to feed the project bytes that nobody has vouched for. The raw value names it on the command line and its
/// folder in `Fuzzers/Corpora`.
///
/// The fuzzers and the replay of their corpora go through ``run(_:)``: what one finds the other keeps found.
public enum FuzzTarget: String, CaseIterable, Sendable, CustomStringConvertible {
    /// Bytes as command and response APDUs, and every command of the card specification read from them.
    case apdu
    /// Bytes as BER-TLV, and every data object that is read from it.
    case berTLV = "ber-tlv"
    /// Bytes as payment data: lists, records, personalization, codes.
    case paymentData = "payment-data"
    /// Bytes as messages between acquirers and issuers, in every dialect.
    case iso8583
    /// Frames for a card in the field of a reader, and a link that loses them.
    case nearField = "near-field"
    /// A card's answers for a terminal, honest and others.
    case terminal
    /// Bytes as an NDEF message, its records as each of their types.
    case ndef
    /// Commands for a Type 4 Tag, a reader's and all others.
    case tag
    /// Commands for a device that collects a bill, and what is read of bills.
    case bill
    /// Commands for a smart card, encrypted card data, a card's answers.
    case smartCard = "smart-card"
    /// Bytes as a CAP, in a JAR or bare, and as a load file.
    case loadFile = "load-file"
    /// Bytes as decisions of a builder that makes nearly valid CAPs.
    case loadFileRecipe = "load-file-recipe"
    /// The card's end of a secure channel: honest commands, and all others.
    case channelCard = "channel-card"
    /// The host's end of a secure channel: honest responses, and all others.
    case channelHost = "channel-host"
    /// Bytes as a state file, its digest put right.
    case cardState = "card-state"
    /// Bytes as a script of commands, plain and properly secured, for a whole card.
    case cardScript = "card-script"

    public var description: String { rawValue }

    /// The longest input that the fuzzer tries; longer ones are cut.
    public var inputLengthMax: Int {
        switch self {
        case .apdu, .berTLV, .paymentData, .nearField, .terminal, .ndef, .tag, .bill, .smartCard,
            .loadFileRecipe, .channelCard, .channelHost:
            1_024
        case .iso8583: 2_048
        case .loadFile, .cardState, .cardScript: 4_096
        }
    }

    /// Feeds one input.
    ///
    /// - Returns: how many steps of it were honest and were accepted; what a corpus has to reach again and again.
    /// - Throws: ``FuzzViolation`` when something holds no longer that always holds.
    @discardableResult
    public func run(_ bytes: some Collection<UInt8>) throws(FuzzViolation) -> Int {
        let bytes = Array(bytes.prefix(inputLengthMax))
        return switch self {
        case .apdu: try fuzzAPDU(bytes)
        case .berTLV: try fuzzBERTLV(bytes)
        case .paymentData: try fuzzPaymentData(bytes)
        case .iso8583: try fuzzISO8583(bytes)
        case .nearField: try fuzzNearField(bytes)
        case .terminal: try fuzzTerminal(bytes)
        case .ndef: try fuzzNDEF(bytes)
        case .tag: try fuzzTag(bytes)
        case .bill: try fuzzBill(bytes)
        case .smartCard: try fuzzSmartCard(bytes)
        case .loadFile: try fuzzLoadFile(bytes)
        case .loadFileRecipe: try fuzzLoadFileRecipe(bytes)
        case .channelCard: try fuzzChannelCard(bytes)
        case .channelHost: try fuzzChannelHost(bytes)
        case .cardState: try fuzzCardState(bytes)
        case .cardScript: try fuzzCardScript(bytes)
        }
    }
}

/// Something that always holds did not.
public struct FuzzViolation: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Stops with a ``FuzzViolation`` where `condition` does not hold.
func require(_ condition: Bool, _ rule: @autoclosure () -> String) throws(FuzzViolation) {
    guard condition else { throw FuzzViolation(rule()) }
}
