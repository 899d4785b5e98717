public import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// The state file of a card: BER-TLV, written whole, read whole or refused.
///
///     E0 { 80 format version | 81 card life cycle | 82 capacity (4) | 83 rules: figure, choices | E1 identity
///          E2 { load file } …  E3 { application } … }
///     9E SHA-256 of the object before
///
/// Format 1 has neither rules nor roles: its cards are those of Fig. 5. What later versions add are new data objects,
/// each of which may be absent.
extension CardMemory {
    static let formatVersion: UInt8 = 2
    private static let formatWithoutRoles: UInt8 = 1

    private enum Tag {
        static let card: BERTag = 0xE0
        static let digest: BERTag = 0x9E
        static let version: BERTag = 0x80
        static let lifeCycle: BERTag = 0x81
        static let capacity: BERTag = 0x82
        static let rules: BERTag = 0x83
        static let identity: BERTag = 0xE1
        static let loadFile: BERTag = 0xE2
        static let application: BERTag = 0xE3
    }

    var state: [UInt8] {
        let head = [
            BERTLV(Tag.version, [Self.formatVersion]), BERTLV(Tag.lifeCycle, [lifeCycle.rawValue]),
            BERTLV(Tag.capacity, UInt32(capacity).bigEndianBytes), BERTLV(Tag.rules, rules.state),
            BERTLV(Tag.identity, identity.state),
        ]
        let card = BERTLV(
            Tag.card,
            head + loadFiles.map { BERTLV(Tag.loadFile, $0.state) }
                + applications.map { BERTLV(Tag.application, $0.state) }
        ).bytes
        return card + BERTLV(Tag.digest, Digest.hash(card)).bytes
    }

    init(state bytes: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(try Self.undamaged(bytes))
        let version = try reader.byte(Tag.version)
        guard version == Self.formatVersion || version == Self.formatWithoutRoles else {
            throw .unknownFormat(version)
        }
        guard let lifeCycle = CardLifeCycle(rawValue: try reader.byte(Tag.lifeCycle)) else {
            throw .impossible("card life cycle")
        }
        self.lifeCycle = lifeCycle
        capacity = Int(try reader.uint32(Tag.capacity))
        rules = try reader.valueIfPresent(Tag.rules).map(CardRules.init(state:)) ?? CardRules(.embedded)
        identity = try CardIdentity(state: try reader.value(Tag.identity))
        loadFiles = []
        while let value = try reader.valueIfPresent(Tag.loadFile) {
            loadFiles.append(try RegisteredLoadFile(state: value))
        }
        applications = []
        while let value = try reader.valueIfPresent(Tag.application) {
            applications.append(try RegisteredApplication(state: value))
        }
        try reader.finish()
        if version == Self.formatWithoutRoles, let issuer = applications.first?.aid {
            updateSecurityDomain(issuer) { $0.role = .central }
        }
        try checkRegistry()
    }

    /// The card object, when the digest after it is its own.
    private static func undamaged(_ bytes: [UInt8]) throws(CardStateError) -> [UInt8] {
        var file = try StateReader(bytes)
        let card = try file.value(Tag.card)
        let digest = try file.value(Tag.digest)
        try file.finish()
        guard Digest.hash(BERTLV(Tag.card, card).bytes) == digest else { throw .damaged }
        return card
    }
}

/// Why some bytes are not the state of a card.
public enum CardStateError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed(String)
    /// The bytes are not those that were written.
    case damaged
    case unknownFormat(UInt8)
    case impossible(String)

    public var description: String {
        switch self {
        case .malformed(let reason): "the card's state cannot be read: \(reason)"
        case .damaged: "the card's state has been altered: its digest does not match"
        case .unknownFormat(let version): "the card's state has format \(version), which this version does not know"
        case .impossible(let reason): "the card's state is not that of a card: \(reason)"
        }
    }
}

extension SecureElement {
    /// Everything that survives the power: for the state file, which holds keys and has to be kept private.
    public var persistentState: [UInt8] { memory.state }

    /// The card as its state file left it, powered on.
    public init(
        persistentState: [UInt8], random: any RandomSource = SystemRandomSource()
    ) throws(CardStateError) {
        self.init(memory: try CardMemory(state: persistentState), random: random)
    }
}
