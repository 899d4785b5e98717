public import CardCryptography
public import GlobalPlatform
public import ISO7816

/// The host side of one card: what it tells, sessions with its security domains, and actions that outlive a lost field.
///
///     let manager = CardManager(channel: channel, keys: FixedKeySource(material))
///     let report = try await manager.report()
///     var session = try await manager.open(SessionRequest())
///     let registry = try await session.registry()
public struct CardManager: Sendable {
    public let channel: any CardChannel
    public let keys: any CardKeySource
    /// Where refused authentications, installations and rotations are on record.
    public let journal: any ManagementJournal
    /// Adds tokens to the commands that take one; needed in Security Domains with Delegated Management.
    public let tokens: (any TokenIssuer)?
    let random: any RandomSource

    /// - Parameter journal: without a durable one nothing is remembered beyond the process.
    public init(
        channel: any CardChannel, keys: any CardKeySource, journal: any ManagementJournal = MemoryJournal(),
        tokens: (any TokenIssuer)? = nil, random: any RandomSource = SystemRandomSource()
    ) {
        self.channel = channel
        self.keys = keys
        self.journal = journal
        self.tokens = tokens
        self.random = random
    }

    /// The objects that a report asks for.
    public static let reportedObjects: [GetDataCommand] = [
        .cardData, .cardCapabilityInformation, .keyInformationTemplate, .sequenceCounter, .confirmationCounter,
        .keyDerivationData, .issuerIdentificationNumber, .cardImageNumber, .cardProductionLifeCycleData,
        .extendedCardResources, .authenticationTries,
    ]

    /// What the card tells of itself: SELECT, then GET DATA for each object. A refused object is an answer too.
    ///
    /// - Parameter securityDomain: `nil` selects the default application, the issuer security domain on most cards.
    /// - Throws: ``CardManagementError/cardRefused(_:)`` when nothing can be selected, and when the card is out of reach.
    public func report(securityDomain: AID? = nil) async throws(CardManagementError) -> CardReport {
        try await report(securityDomain: securityDomain, objects: Self.reportedObjects)
    }

    func report(securityDomain: AID?, objects: [GetDataCommand]) async throws(CardManagementError) -> CardReport {
        var report = CardReport()
        report.take(selection: try await select(securityDomain))
        for object in objects { report.take(try await transmit(object.command), to: object) }
        return report
    }

    /// What tells this card from others, asked of the default application.
    ///
    /// - Returns: `nil` when the card tells nothing of the kind, or has no default application.
    /// - Throws: ``CardManagementError/cardUnreachable(_:)``.
    public func identify() async throws(CardManagementError) -> CardIdentifier? {
        do {
            return try await report(securityDomain: nil, objects: Self.identifyingObjects).identifier
        } catch {
            guard case .cardRefused = error else { throw error }
            return nil
        }
    }

    private static let identifyingObjects: [GetDataCommand] = [
        .issuerIdentificationNumber, .cardImageNumber, .cardProductionLifeCycleData, .keyDerivationData,
    ]

    /// SELECT; a warning, such as that of a locked card, is not a refusal.
    func select(_ application: AID?) async throws(CardManagementError) -> ResponseAPDU {
        let response = try await transmit(SelectCommand(name: application?.bytes ?? []).command)
        guard !response.statusWord.isRefusal else {
            throw .cardRefused(CommandRefusal(command: "SELECT", statusWord: response.statusWord))
        }
        return response
    }

    /// One command outside any session, its response whole.
    ///
    /// - Throws: ``CardManagementError/cardUnreachable(_:)``.
    public func transmit(_ command: CommandAPDU) async throws(CardManagementError) -> ResponseAPDU {
        do { return try await channel.transmitCollecting(command) } catch { throw .cardUnreachable(error) }
    }
}
