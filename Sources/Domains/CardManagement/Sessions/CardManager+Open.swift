import CardCryptography
public import GlobalPlatform
public import ISO7816
public import SecureChannel

extension CardManager {
    /// Opens a session: SELECT, INITIALIZE UPDATE, the check of the card cryptogram, EXTERNAL AUTHENTICATE.
    ///
    /// Keys that the card does not hold never get further than the check: no try is burnt by them.
    /// - Throws: ``CardManagementError``; `wrongKeys` says what was found out off-line.
    public func open(_ request: SessionRequest) async throws(CardManagementError) -> ManagementSession {
        try await open(request, keys: keys)
    }

    func open(
        _ request: SessionRequest, keys: any CardKeySource
    ) async throws(CardManagementError) -> ManagementSession {
        let identity = try await identify()
        let opening = try await beginOpening(request)
        let card = identity ?? CardIdentifier(diversificationData: opening.trial.diversificationData)
        let attempts = AuthenticationGuard(
            journal, card: card, securityDomain: opening.invoker, keyVersion: opening.trial.usedVersion)
        if !request.isForced { try await attempts?.check(triesLeft: opening.triesLeft) }
        let material = try await opening.material(from: keys)
        let level = request.level ?? opening.trial.strongestLevel
        let pending: SecureChannelPending
        do {
            pending = try opening.trial.authenticated(
                material, level: level,
                invoker: request.checksCardChallenge ? opening.invoker : nil)
        } catch {
            try await attempts?.mismatched()
            throw opening.explained(error, material)
        }
        try await attempts?.beginning()
        let response = try await transmit(pending.externalAuthenticate)
        let session: SecureChannelSession
        do { session = try pending.opened(by: response) } catch {
            guard case .cardRefused(let statusWord) = error else { throw .secureChannel(error) }
            throw .cardRefused(CommandRefusal(command: "EXTERNAL AUTHENTICATE", statusWord: statusWord))
        }
        try await attempts?.succeeded()
        return ManagementSession(session, level: level, manager: self, card: identity, opening: opening)
    }

    /// Whether the card holds these keys, by INITIALIZE UPDATE and its card cryptogram alone: no try is burnt.
    ///
    /// - Returns: what the card reported. It differs from ``CardManagementError/wrongKeys(_:)`` in that it fits.
    /// - Throws: ``CardManagementError``.
    public func verify(_ request: SessionRequest) async throws(CardManagementError) -> VerifiedKeys {
        try await verify(request, keys: keys)
    }

    func verify(
        _ request: SessionRequest, keys: any CardKeySource
    ) async throws(CardManagementError) -> VerifiedKeys {
        let opening = try await beginOpening(request)
        let material = try await opening.material(from: keys)
        do {
            _ = try opening.trial.authenticated(
                material, level: .commandMAC, invoker: request.checksCardChallenge ? opening.invoker : nil)
        } catch { throw opening.explained(error, material) }
        return VerifiedKeys(
            securityDomain: opening.invoker, keyVersion: opening.trial.usedVersion,
            secureChannelProtocol: opening.trial.secureChannelProtocol,
            implementation: opening.trial.implementation,
            diversificationData: opening.trial.diversificationData, diversification: material.diversification)
    }

    func beginOpening(_ request: SessionRequest) async throws(CardManagementError) -> SessionOpening {
        let report = try await report(
            securityDomain: request.securityDomain, objects: [.cardData, .keyInformationTemplate, .authenticationTries])
        let mode = request.mode ?? Self.announcedMode(report)
        let hostChallenge = random.bytes(mode.length)
        let command = InitializeUpdateCommand(keyVersion: request.keyVersion, hostChallenge: hostChallenge).command
        let response = try await transmit(command)
        guard response.statusWord.isSuccess else {
            throw Self.refusedInitializeUpdate(response.statusWord, request, report)
        }
        return SessionOpening(
            trial: try KeyTrial(
                hostChallenge: hostChallenge, response: response, scp02: Self.announcedSCP02(report)), request: request,
            report: report)
    }

    /// What the card announces first; S8 when it announces nothing.
    private static func announcedMode(_ report: CardReport) -> SCP03Mode {
        let modes = report.implementations(ofProtocol: 0x03).compactMap { SCP03Implementation(rawValue: $0)?.mode }
        return modes.first ?? .s8
    }

    /// What the card announces, of those that open sessions with INITIALIZE UPDATE; `15` when it announces nothing.
    private static func announcedSCP02(_ report: CardReport) -> SCP02Implementation {
        let announced = report.implementations(ofProtocol: 0x02).compactMap(SCP02Implementation.init(rawValue:))
        return announced.first(where: \.isExplicit) ?? .i15
    }

    private static func refusedInitializeUpdate(
        _ statusWord: StatusWord, _ request: SessionRequest, _ report: CardReport
    ) -> CardManagementError {
        if statusWord == .referencedDataNotFound, let asked = request.keyVersion {
            return .noSuchKeySet(asked, listed: report.keyVersions)
        }
        return .cardRefused(CommandRefusal(command: "INITIALIZE UPDATE", statusWord: statusWord))
    }
}

/// Keys that the card has proved to hold.
public struct VerifiedKeys: Equatable, Sendable {
    public let securityDomain: AID?
    public let keyVersion: KeyVersionNumber?
    public let secureChannelProtocol: UInt8
    /// The "i" parameter.
    public let implementation: UInt8
    public let diversificationData: [UInt8]
    public let diversification: KeyDiversification
}

/// A session about to be opened: the card has answered INITIALIZE UPDATE.
struct SessionOpening {
    let trial: KeyTrial
    let request: SessionRequest
    let report: CardReport

    /// The application that the card takes its pseudo-random challenge for.
    var invoker: AID? { report.securityDomain ?? request.securityDomain }
    var triesLeft: Int? { report.authenticationTries?.left }

    func material(from keys: any CardKeySource) async throws(CardManagementError) -> CardKeyMaterial {
        do {
            return try await keys.material(
                for: CardKeyRequest(
                    securityDomain: invoker, keyVersion: trial.usedVersion,
                    secureChannelProtocol: trial.secureChannelProtocol,
                    diversificationData: trial.diversificationData))
        } catch { throw .keysUnavailable(error) }
    }

    /// A failed check, with what can be found out about it.
    func explained(_ error: SecureChannelError, _ material: CardKeyMaterial) -> CardManagementError {
        let finding: WrongKeys.Finding
        switch error {
        case .cardCryptogramMismatch: finding = trial.finding(material)
        case .cardChallengeMismatch: finding = trial.challengeFinding
        default: return .secureChannel(error)
        }
        return .wrongKeys(
            WrongKeys(
                securityDomain: invoker, askedVersion: request.keyVersion, usedVersion: trial.keyVersion,
                secureChannelProtocol: trial.secureChannelProtocol, diversificationData: trial.diversificationData,
                tried: material.diversification, finding: finding, knownVersions: report.keyVersions,
                triesLeft: triesLeft))
    }
}
