import CardCryptography
public import ElectronicPurse
public import ISO7816

/// An issuer of electronic purses: it gives each a number and keys that follow from its own, and puts money into them.
public struct PurseIssuer: Sendable {
    /// Of all its purses.
    public let keys: PurseKeys

    public init(_ keys: PurseKeys) { self.keys = keys }

    /// With keys of its own.
    public static func random() -> PurseIssuer {
        do {
            return PurseIssuer(try PurseKeys(.random(count: PurseKeys.length)))
        } catch {
            preconditionFailure("as many bytes as the keys have")
        }
    }

    /// What makes an instance of the application a purse with a fresh number, good for twenty years.
    public func issue() throws -> PursePersonalization {
        let digits = SystemRandomSource().bytes(11).map { "\($0 % 10)" }.joined()
        return PursePersonalization(
            try PurseApplicationData(
                city: [0x31, 0x00], number: "30031040" + digits, start: [0x20, 0x26, 0x01, 0x01],
                expiry: [0x20, 0x46, 0x12, 0x31]), issuerKeys: keys, priority: 1)
    }

    /// INITIALIZE FOR LOAD, and CREDIT FOR LOAD with the issuer's MAC: whoever carries the commands learns no key.
    ///
    /// - Throws: ``PurseNotLoaded``, and what the channel ends with.
    public func load(_ cents: UInt32, into channel: any CardChannel) async throws {
        func ask(_ command: CommandAPDU) async throws -> [UInt8] {
            let answer = try await channel.transmitCollecting(command)
            guard answer.statusWord == .success else { throw PurseNotLoaded(statusWord: answer.statusWord) }
            return answer.data
        }
        let terminal = try PurseTerminalNumber([0, 0, 0, 0, 0, 1])
        let moment = PurseMoment(SystemClock().now())
        _ = try await ask(PurseFile.select(PurseFile.transport))
        let purse = try PurseApplicationData(try await ask(PurseFile.readApplicationData))
        let begun = try InitializedLoad(
            try await ask(InitializeTransaction(for: .load, amount: cents, terminal: terminal).command))
        let session = PurseLoad.sessionKey(
            keys.derived(for: purse.serial).load, random: begun.random, onlineNumber: begun.onlineNumber)
        let mac = PurseLoad(amount: cents, terminal: terminal).mac2(session, at: moment)
        _ = try await ask(CreditForLoad(moment: moment, mac2: mac).command)
    }
}

/// The purse has refused to be loaded, or there is none.
public struct PurseNotLoaded: Error, CustomStringConvertible {
    public let statusWord: StatusWord

    public var description: String {
        switch statusWord {
        case .fileNotFound: "there is no purse that can be selected"
        case .purseLimitReached: "the purse would hold more than it may"
        default: "the purse could not be loaded: \(statusWord)"
        }
    }
}
