import GlobalPlatform
public import ISO7816

/// What to read from a card, without authentication, to know where it stands.
///
/// The answers settle what a lost link left open. They are not authenticated: what a session proved (its R-MACs) comes
/// first, and a lie of the handset can delay a service but never disclose a key (docs/threat-model.md).
public struct CardReading: Hashable, Sendable, Codable {
    public var centralSecurityDomain: AID
    public var securityDomain: AID?
    public var instance: AID?
    /// Whether the card may have been terminated by what went before: then it refuses every selection, and that is an
    /// answer. At any other time it is none.
    public var followsTermination: Bool?

    /// - Parameter centralSecurityDomain: the management domain; the issuer SD where the card as a whole is concerned.
    public init(centralSecurityDomain: AID, securityDomain: AID?, instance: AID?, followsTermination: Bool? = nil) {
        self.centralSecurityDomain = centralSecurityDomain
        self.securityDomain = securityDomain
        self.instance = instance
        self.followsTermination = followsTermination
    }

    /// SELECT central SD, counter, personalization record; the same of the SP SD with its keys; SELECT instance.
    public var commands: [CommandAPDU] {
        let counterAndRecord = [GetDataCommand.sequenceCounter.command, Self.personalizationRecord.command]
        var commands = [SelectCommand(centralSecurityDomain).command] + counterAndRecord
        if let securityDomain {
            commands += [SelectCommand(securityDomain).command, GetDataCommand.keyInformationTemplate.command]
            commands += counterAndRecord
        }
        if let instance { commands.append(SelectCommand(instance).command) }
        return commands
    }

    /// Reads the answers to ``commands``.
    ///
    /// - Returns: `nil` when they are incomplete: the card was lost before it had been read.
    public func interpret(_ answers: [[UInt8]?]) -> CardSnapshot? {
        guard answers.count == commands.count else { return nil }
        var responses: [ResponseAPDU] = []
        for answer in answers {
            guard let answer, let response = try? ResponseAPDU(bytes: answer) else { return nil }
            responses.append(response)
        }
        let selection = responses[0].statusWord
        if followsTermination == true, selection == .conditionsOfUseNotSatisfied {
            return CardSnapshot(
                central: .init(keyVersionNumbers: [], sequenceCounter: nil, personalization: [:]),
                securityDomain: .absent, instanceIsSelectable: nil, cardState: .terminated)
        }
        var iterator = responses.makeIterator()
        guard case .present(let central)? = domain(centralSecurityDomain, &iterator, hasKeyInformation: false) else {
            return nil
        }
        var snapshot = CardSnapshot(
            central: central, securityDomain: .absent, instanceIsSelectable: nil,
            cardState: selection == .selectedFileInvalidated ? .locked : .operational)
        if let securityDomain {
            guard let presence = domain(securityDomain, &iterator, hasKeyInformation: true) else { return nil }
            snapshot.securityDomain = presence
        }
        if instance != nil { snapshot.instanceIsSelectable = iterator.next()?.statusWord.isSuccess }
        return snapshot
    }

    /// - Returns: `nil` when another security domain answered than the one that was selected.
    private func domain(
        _ aid: AID, _ responses: inout IndexingIterator<[ResponseAPDU]>, hasKeyInformation: Bool
    ) -> CardSnapshot.Presence? {
        let selection = responses.next()
        let keys = hasKeyInformation ? responses.next() : nil
        let counter = responses.next()
        let record = responses.next()
        // A locked card answers with a warning (GPC v2.3.1 §11.9.3.2).
        guard let selection, selection.statusWord.isSuccess || selection.statusWord == .selectedFileInvalidated else {
            return .absent
        }
        guard let record, let progress = PersonalizationProgress.read(record, of: aid) else { return nil }
        return .present(
            CardSnapshot.SecurityDomain(
                keyVersionNumbers: keys.flatMap(Self.keyVersionNumbers) ?? [],
                sequenceCounter: counter.flatMap(Self.counter), personalization: progress))
    }

    /// Ours: how far the applications of an SD are personalized (docs/divergences.md).
    private static let personalizationRecord = GetDataCommand(0xDF70)

    private static func keyVersionNumbers(_ response: ResponseAPDU) -> [UInt8]? {
        guard response.statusWord.isSuccess, let template = try? KeyInformationTemplate(bytes: response.data) else {
            return nil
        }
        return template.versions.map(\.rawValue)
    }

    /// C1 02|03 counter
    private static func counter(_ response: ResponseAPDU) -> UInt32? {
        guard response.statusWord.isSuccess, let object = try? BERTLV(bytes: response.data), object.tag == 0xC1,
            (1...4).contains(object.value.count)
        else { return nil }
        return object.value.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// What a ``CardReading`` found.
public struct CardSnapshot: Hashable, Sendable, Codable {
    public struct SecurityDomain: Hashable, Sendable, Codable {
        /// Own key versions; empty while the SD uses the keys of its central SD.
        public var keyVersionNumbers: [UInt8]
        public var sequenceCounter: UInt32?
        /// By application under this SD.
        public var personalization: [AID: PersonalizationProgress]
    }

    public enum Presence: Hashable, Sendable, Codable {
        case absent
        case present(SecurityDomain)
    }

    public var central: SecurityDomain
    public var securityDomain: Presence
    /// `nil` when no instance was asked for.
    public var instanceIsSelectable: Bool?
    /// What SELECT told of the card as a whole.
    public var cardState: SecureElementLifeCycle?
}

/// How far one application is personalized, as its SD tells it.
public struct PersonalizationProgress: Hashable, Sendable, Codable {
    /// STORE DATA commands accepted since the last INSTALL [for personalization].
    public var blocksAccepted: Int
    /// Whether the last block has been accepted.
    public var isComplete: Bool
    /// Whether the application is stopped, whatever it was before.
    public var isLocked: Bool
}
