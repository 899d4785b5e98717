import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

extension TestCard {
    mutating func transmit(_ command: CommandAPDU, _ channel: Int) -> ResponseAPDU {
        element.process(command.on(channel))
    }

    /// A plain command is refused, and the whole card, sessions included, is as before.
    mutating func expectRefusal(
        _ command: CommandAPDU, _ statusWord: StatusWord, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let before = element
        let response = element.process(command)
        #expect(response == ResponseAPDU(statusWord), "\(command)", sourceLocation: sourceLocation)
        #expect(element == before, "\(command)", sourceLocation: sourceLocation)
        #expect(element.persistentRevision == before.persistentRevision, sourceLocation: sourceLocation)
    }

    /// A plain command in hex is refused.
    mutating func expectRefusal(
        _ hex: String, _ statusWord: StatusWord, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectRefusal(try CommandAPDU(hex: hex), statusWord, sourceLocation: sourceLocation)
    }

    /// Each command is refused in a session of its own, which stays open, and memory is as before it.
    mutating func expectRefusals(
        _ expected: [(CommandAPDU, StatusWord)], in domain: AID = Self.central,
        keys: SCP03KeySet = Self.centralKeys, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (command, statusWord) in expected {
            var session = try OpenSession(domain, &self, keys: keys)
            let before = element
            let response = try session.send(command, &self)
            #expect(response == ResponseAPDU(statusWord), "\(command)", sourceLocation: sourceLocation)
            #expect(element.memory == before.memory, "\(command)", sourceLocation: sourceLocation)
            #expect(element.persistentRevision == before.persistentRevision, sourceLocation: sourceLocation)
            #expect(
                try session.send(GetDataCommand.cardData.command, &self).statusWord == .success,
                "the session goes on after a refusal", sourceLocation: sourceLocation)
        }
    }

    /// Each command is refused in hex, `80E6…` and so on.
    mutating func expectRefusals(
        hex expected: [(String, StatusWord)], in domain: AID = Self.central, keys: SCP03KeySet = Self.centralKeys,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectRefusals(
            expected.map { (try CommandAPDU(hex: $0.0), $0.1) }, in: domain, keys: keys,
            sourceLocation: sourceLocation)
    }

    /// The registry entry of an Application, as the card keeps it.
    func application(_ aid: AID) throws -> RegisteredApplication { try #require(element.memory.application(aid)) }
}
