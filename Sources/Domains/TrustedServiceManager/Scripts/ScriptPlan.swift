public import ISO7816
public import SecureChannel

/// What is sent to one secure element in one trip, kept sealed so that the answers can be read after a restart.
public struct ScriptPlan: Hashable, Sendable, Codable {
    /// One part of the script after the other; the device stops at the first refusal.
    public var legs: [Leg]
    /// How the card is read afterwards, in any case; `nil` for what changes nothing lasting.
    public var reading: CardReading?

    public init(legs: [Leg], reading: CardReading?) {
        self.legs = legs
        self.reading = reading
    }

    /// Commands that belong together: one session, or one list that a provider made.
    public struct Leg: Hashable, Sendable, Codable {
        public var part: Part
        public var route: Route

        public init(part: Part, route: Route) {
            self.part = part
            self.route = route
        }
    }

    /// Which part of a request a leg serves.
    public enum Part: String, Hashable, Sendable, Codable {
        case content, keys, script, rotation, personalization, activation
    }

    /// How the commands of a leg reach their security domain.
    public enum Route: Hashable, Sendable, Codable {
        /// In a session that the central TSM opens, wrapped beforehand.
        case forecast(SessionTerms, commands: [[UInt8]])
        /// In a session that the central TSM opens with a card that draws random challenges: `opening` is the card's
        /// answer to the INITIALIZE UPDATE of an earlier trip.
        case answered(SessionTerms, opening: [UInt8], commands: [[UInt8]])
        /// As the service provider made them, with keys that the central TSM does not know.
        case relayed(securityDomain: AID, commands: [[UInt8]])
    }
}

/// How the central TSM opens a session with a security domain.
public struct SessionTerms: Hashable, Sendable, Codable {
    public var securityDomain: AID
    public var keys: KeyReference
    public var implementation: UInt8
    /// The value that this session will use: one more than the last one (GPC Amd D §6.2.2.1).
    public var sequenceCounter: UInt32
    public var hostChallenge: [UInt8]

    public init(
        securityDomain: AID, keys: KeyReference, implementation: UInt8, sequenceCounter: UInt32, hostChallenge: [UInt8]
    ) {
        self.securityDomain = securityDomain
        self.keys = keys
        self.implementation = implementation
        self.sequenceCounter = sequenceCounter
        self.hostChallenge = hostChallenge
    }

    /// The strongest level that the "i" parameter announces (GPC Amd D Table 5-1); it always decrypts commands.
    public var level: SecurityLevel {
        switch implementation & 0x60 {
        case 0x60: .full
        case 0x20: .macBothWaysAndDecryption
        default: .commandMACAndDecryption
        }
    }

    /// Bit 5 of "i": the card challenge is pseudo-random, so a script can be computed beforehand.
    public var hasPseudoRandomChallenge: Bool { implementation & 0x10 != 0 }

    /// 8 bytes, or 16 in S16 mode (bit 1 of "i").
    public static func hostChallengeLength(implementation: UInt8) -> Int { implementation & 0x01 != 0 ? 16 : 8 }

    func forecastRequest(_ commands: [CommandAPDU]) -> ForecastRequest {
        ForecastRequest(
            keys: keys, securityDomain: securityDomain, implementation: implementation,
            sequenceCounter: sequenceCounter, hostChallenge: hostChallenge, level: level, commands: commands)
    }
}

extension ScriptPlan.Route {
    /// The plain commands of the leg, as whoever asked for them wrote them.
    public func commands() throws(CommandAPDUDecodingError) -> [CommandAPDU] {
        let encoded =
            switch self {
            case .forecast(_, let commands), .answered(_, _, let commands), .relayed(_, let commands): commands
            }
        var decoded: [CommandAPDU] = []
        for bytes in encoded { decoded.append(try CommandAPDU(bytes: bytes)) }
        return decoded
    }

    var commandCount: Int {
        switch self {
        case .forecast(_, let commands), .answered(_, _, let commands), .relayed(_, let commands): commands.count
        }
    }

    public var securityDomain: AID {
        switch self {
        case .forecast(let terms, _), .answered(let terms, _, _): terms.securityDomain
        case .relayed(let securityDomain, _): securityDomain
        }
    }
}

extension ScriptPlan.Route {
    /// Whether the card has to be asked for its challenge before the leg can be computed.
    var needsCardChallenge: Bool {
        if case .forecast(let terms, _) = self { !terms.hasPseudoRandomChallenge } else { false }
    }
}
