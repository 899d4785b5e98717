public import CardCryptography
import EMV
import JOSE
public import MobileDevice
import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The wallet's server over HTTP, as a device uses it.
///
/// What a bank recognizes its customer and the card by is encrypted to the wallet's own key before it goes into a request:
/// whoever ends the TLS connection on the way does not see it.
public struct HTTPWalletService: WalletService {
    private let transport: HTTPTransport
    private let encryptionKey: (name: String, key: ECPublicKey)
    private let lastMessage = LastMessage()

    /// Asks the wallet for the key that it is to be encrypted to.
    public init(_ transport: HTTPTransport) async throws(SeneschalClientError) {
        let keys = try await SeneschalClient(transport, credential: nil).send(Endpoints.walletKeys, NoBody())
        do {
            encryptionKey = (keys.encryptionKeyName, try ECPublicKey(pem: keys.encryptionKey))
        } catch {
            throw .malformedAnswer(status: 200, reason: "encryptionKey: \(error)")
        }
        self.transport = transport
    }

    /// Opens an account.
    ///
    /// - Returns: `usr_…`.
    public func openAccount(
        named name: String, displayName: String, password: SecretBytes
    ) async throws(WalletServiceError) -> String {
        try await asking(nil) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.openAccount,
                .init(loginName: name, displayName: displayName, password: password.text))
        }.userId
    }

    /// Makes the universal instances of the device's secure element, where they are missing.
    public func prepareSecureElement(in session: WalletSession) async throws(WalletServiceError) {
        _ = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.prepareSecureElement, .init())
        }
    }

    /// Stops the tokens of a card, of a device or of one function at once.
    ///
    /// - Returns: how many were named.
    public func suspend(
        card: String? = nil, device: String? = nil, function: CardFunction? = nil, reason: String, key: String,
        in session: WalletSession
    ) async throws(WalletServiceError) -> Int {
        try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.suspendTokens,
                .init(card: card, deviceId: device, function: function?.api, reason: reason), idempotencyKey: key)
        }.tokens.count
    }

    /// Lets tokens pay again that the person has stopped.
    ///
    /// - Returns: how many of those that were named pay now.
    public func resume(
        card: String? = nil, device: String? = nil, function: CardFunction? = nil, reason: String, key: String,
        in session: WalletSession
    ) async throws(WalletServiceError) -> Int {
        try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.resumeTokens,
                .init(card: card, deviceId: device, function: function?.api, reason: reason), idempotencyKey: key)
        }.tokens.count { $0.state == .active }
    }

    // MARK: - Sessions

    public func logIn(_ login: WalletLogin) async throws(WalletServiceError) -> WalletSession {
        let opened = try await asking(nil) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.logIn,
                .init(
                    loginName: login.account, password: login.password.text, deviceName: login.deviceName,
                    secureElement: login.secureElement, subscriber: login.telephoneNumber))
        }
        return WalletSession(
            user: opened.userId, device: opened.device.deviceId, bearer: SecretBytes(Array(opened.secret.utf8)),
            expires: opened.expiresAt.secondsSince1970)
    }

    public func authenticateAgain(
        password: SecretBytes, in session: WalletSession
    ) async throws(WalletServiceError) {
        _ = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.authenticateAgain, .init(password: password.text))
        }
    }

    public func logOut(of session: WalletSession) async throws(WalletServiceError) {
        _ = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.endSession, .init())
        }
    }

    /// The person's devices, oldest first.
    public func devices(
        in session: WalletSession
    ) async throws(WalletServiceError) -> [(id: String, name: String)] {
        try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.listDevices, NoBody())
        }.items.map { ($0.deviceId, $0.name) }
    }

    // MARK: - Cards

    public func cards(of user: String, in session: WalletSession) async throws(WalletServiceError) -> [WalletCard] {
        try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.walletCardList, NoBody(), ["userId": user])
        }.cards.map(WalletCard.init)
    }

    public func bindingAssertion(
        for card: String, in session: WalletSession
    ) async throws(WalletServiceError) -> IssuerBindingAssertion {
        let answer = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.bindingAssertion, .init(card: card))
        }
        return IssuerBindingAssertion(assertion: answer.assertion, expires: answer.expires.secondsSince1970)
    }

    public func activate(
        _ request: FunctionActivationRequest, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> FunctionActivationReply {
        let body = try body(of: request, key)
        let reply = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.activateCard, body, idempotencyKey: key)
        }
        return try FunctionActivationReply(reply)
    }

    public func confirm(
        verification: String, oneTimePassword: String, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> FunctionActivationReply {
        let reply = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.confirmActivation,
                .init(verification: verification, oneTimePassword: oneTimePassword), idempotencyKey: key)
        }
        return try FunctionActivationReply(reply)
    }

    private func body(
        of request: FunctionActivationRequest, _ key: String
    ) throws(WalletServiceError) -> API.CardActivationRequest {
        let functions = request.functions.map(\.api)
        switch request.target {
        case .newCard(let verification):
            return .init(verification: try encrypted(verification, key), functions: functions)
        case .confirmedCard(let card, let confirmation):
            return .init(card: card, confirmation: confirmation, functions: functions)
        case .knownCard(let card):
            return .init(card: card, functions: functions)
        }
    }

    /// Repeated with its key it is the same message, byte for byte: encrypted anew it would be another request.
    private func encrypted(
        _ verification: CardBindingVerification, _ key: String
    ) throws(WalletServiceError) -> String {
        if let message = lastMessage.message(for: key) { return message }
        let fields = API.CardVerification(
            number: verification.number.revealed(), expiry: "\(verification.expiry)",
            cardholderName: verification.cardholderName, identityNumber: verification.identityNumber,
            telephoneNumber: verification.telephoneNumber)
        do {
            let message = try JSONWebEncryption.encrypt(
                SecretBytes(try JSONEncoder().encode(fields)), type: API.CardVerification.type,
                to: encryptionKey.key, named: encryptionKey.name)
            lastMessage.keep(message, for: key)
            return message
        } catch {
            throw .refused(code: "encryption", detail: "the verification could not be encrypted")
        }
    }

    // MARK: - Secure element

    public func synchronize(
        _ report: SecureElementReport, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> SynchronizationReply {
        let reply = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.synchronizeCards,
                .init(
                    records: report.records.map {
                        .init(
                            type: $0.type, reference: HexBytes($0.reference.bytes),
                            fingerprint: HexBytes($0.fingerprint))
                    }), idempotencyKey: key)
        }
        return SynchronizationReply(
            restored: try reply.restored.map(reference), removed: try reply.removed.map(reference))
    }

    public func unbind(card: String, key: String, in session: WalletSession) async throws(WalletServiceError) {
        _ = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.unbindWalletCard, .init(card: card), idempotencyKey: key)
        }
    }

    // MARK: - Migration

    public func migrationSources(in session: WalletSession) async throws(WalletServiceError) -> [MigrationSource] {
        try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.migrationSources, NoBody())
        }.devices.map { device in
            MigrationSource(
                device: device.device, name: device.name,
                cards: device.cards.map { .init(card: $0.card, label: $0.label, lastFour: $0.lastFour) })
        }
    }

    public func migrate(
        _ request: MigrationRequest, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> MigrationReport {
        let migration = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(
                Endpoints.migrateCards, .init(from: request.from, cards: request.cards), idempotencyKey: key)
        }
        return MigrationReport(migration)
    }

    public func migration(
        _ id: String, in session: WalletSession
    ) async throws(WalletServiceError) -> MigrationReport {
        let migration = try await asking(session) { client throws(SeneschalClientError) in
            try await client.send(Endpoints.migration, NoBody(), ["migrationId": id])
        }
        return MigrationReport(migration)
    }

    // MARK: - Asking

    private func asking<Answer>(
        _ session: WalletSession?, _ question: (SeneschalClient) async throws(SeneschalClientError) -> Answer
    ) async throws(WalletServiceError) -> Answer {
        let credential = session.flatMap { AccessCredential(secret: $0.bearer.text) }
        do throws(SeneschalClientError) {
            return try await question(SeneschalClient(transport, credential: credential))
        } catch {
            switch error {
            case .problem(let problem) where problem.code == .unauthenticated: throw .notLoggedIn
            case .problem(let problem) where problem.code == .freshAuthenticationRequired:
                throw .authenticationRequired
            case .problem(let problem) where problem.code == .unfinished || problem.code == .internal:
                throw .unsettled(detail: "\(problem)")
            case .problem(let problem): throw .refused(code: problem.code.rawValue, detail: "\(problem)")
            case .unreachable: throw .unsettled(detail: error.description)
            case .malformedAnswer, .invalidServer:
                throw .refused(code: "malformedAnswer", detail: error.description)
            }
        }
    }
}
