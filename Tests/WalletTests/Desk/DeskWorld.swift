import CardCryptography
import EMV
import Foundation
import JOSE
import KeyVault
import Storage
import Synchronization

@testable import Wallet

/// A wallet with a card desk, two issuers and the secure elements of two telephones; everything outside can be cut.
final class DeskWorld: Sendable {
    let scissors: Scissors
    let store: CuttingWalletStore
    let vault: any WalletKeys
    let elements: SimulatedElements
    let harbour: StubIssuer
    let river: StubIssuer
    let clock = SteppedWalletClock()
    private let folder: URL
    let user: UserID
    let old: Device
    let new: Device

    static let debit = "4761739001010010"
    static let credit = "5413330089010434"

    /// How the debit cards of Harbour Bank lie in secure elements.
    private let mode: Credential.Mode

    init(
        cutAt step: Int? = nil, _ moment: Scissors.Moment = .before, capacity: Int = 32,
        mode: Credential.Mode = .universalData
    ) async throws {
        self.mode = mode
        scissors = Scissors(step, moment)
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-desk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let inner = try SQLiteWalletStore.inMemory()
        store = CuttingWalletStore(inner, scissors)
        vault = try WalletVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path))
        elements = SimulatedElements(scissors, capacity: capacity)
        harbour = StubIssuer("harbour-bank", type: .first, scissors)
        river = StubIssuer("river-bank", type: .second, scissors)
        user = .random(SystemRandomSource())
        let now = clock.now()
        old = Self.device("old telephone", "0102030405060708", "491700000001", user, now)
        new = Self.device("new telephone", "1112131415161718", "491700000002", user, now)
        elements.add(old)
        elements.add(new)
        try await inner.commit([
            .account(
                Account(
                    id: user, login: LoginName("anna")!, displayName: "Anna",
                    password: try PasswordDigest(
                        of: SecretBytes(Array("secret".utf8)), cost: Scrypt.Cost(n: 2, r: 1, p: 1),
                        random: SystemRandomSource()), createdAt: now)),
            .device(old), .device(new),
        ])
    }

    private static func device(
        _ name: String, _ element: String, _ subscriber: String, _ user: UserID, _ now: Int64
    ) -> Device {
        Device(
            id: .random(SystemRandomSource()), user: user, name: name, secureElement: SecureElementName(element)!,
            subscriber: subscriber, createdAt: now, lastLoginAt: now)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A desk as a server that was just started has it.
    var desk: CardDesk {
        let directory = IssuerDirectory([
            RegisteredIssuer(
                name: harbour.name, prefixes: ["476173"], mode: mode, connection: harbour,
                keys: harbour.keys),
            RegisteredIssuer(
                name: river.name, prefixes: ["541333"], functions: [.nfc, .online], mode: .universalIdentifier,
                connection: river, keys: river.keys),
        ])
        return CardDesk(
            store: store, vault: vault, tokens: TokenService(store: store, vault: vault, clock: clock),
            issuers: directory, elements: elements, clock: clock,
            policy: CardDeskPolicy(patience: .seconds(60)))
    }

    func request(
        on device: Device, key: String = UUID().uuidString, digest: [UInt8] = [1], from address: NetworkAddress? = nil
    ) -> UserRequest {
        UserRequest(
            user: user, device: device, authenticatedAt: clock.now(), address: address, idempotencyKey: key,
            requestDigest: digest)
    }

    /// Somebody with an account and nothing else.
    func anotherUser(_ login: String) async throws -> UserID {
        let id = UserID.random(SystemRandomSource())
        try await store.inner.commit([
            .account(
                Account(
                    id: id, login: try present(LoginName(login)), displayName: login,
                    password: try PasswordDigest(
                        of: SecretBytes(Array("secret".utf8)), cost: Scrypt.Cost(n: 2, r: 1, p: 1),
                        random: SystemRandomSource()), createdAt: clock.now()))
        ])
        return id
    }

    func verification(_ number: String) throws -> CardVerification {
        CardVerification(
            number: try PrimaryAccountNumber(number), expiry: CardExpiry(year: 39, month: 12)!,
            cardholderName: "ANNA EXAMPLE", identityNumber: "ID-1", telephoneNumber: "491700000001")
    }

    /// Binds a new card with functions; gives the activation.
    func bind(
        _ number: String, _ functions: [PaymentFunction] = [.nfc, .qr], on device: Device
    ) async throws -> Activation {
        let reply = try await desk.activate(
            ActivationRequest(.newCard(try verification(number)), functions: functions), request(on: device))
        guard case .bound(let activation) = reply else { throw Unexpected(reply: "\(reply)") }
        return activation
    }

    /// Repeats one request, with the server started anew after every cut, until it is answered.
    func insisting<Answer>(_ body: (CardDesk) async throws -> Answer) async throws -> Answer {
        for _ in 0..<8 {
            do {
                return try await body(desk)
            } catch let error as WalletError where !error.isCertain {
                scissors.mend()
            }
        }
        throw Unexpected(reply: "it does not converge")
    }

    /// Which tokens of a function pay for a card now, on whatever device.
    func paying(_ card: CardReference, _ function: PaymentFunction = .nfc) async throws -> [Token] {
        var paying: [Token] = []
        for credential in try await store.inner.credentials(of: card) {
            paying += try await store.inner.tokens(of: credential.id).filter {
                $0.function == function && $0.state == .active
            }
        }
        return paying
    }
}

struct Unexpected: Error { var reply: String }

/// Time that moves when the test says so.
final class SteppedWalletClock: WalletClock {
    private let time = Mutex<Int64>(1_800_000_000)

    func now() -> Int64 { time.withLock { $0 } }
    func advance(by seconds: Int64) { time.withLock { $0 += seconds } }
}

/// Cuts one step, before or after it takes effect, and everything that follows until it is mended: a server that died.
final class Scissors: Sendable {
    enum Moment: String, CaseIterable, Sendable { case before, after }

    private struct State {
        var step = 0
        var isCut = false
        var target: Int?
    }

    private let state: Mutex<State>
    private let moment: Moment

    init(_ target: Int?, _ moment: Moment) {
        state = Mutex(State(target: target))
        self.moment = moment
    }

    var steps: Int { state.withLock(\.step) }
    func mend() { state.withLock { $0.isCut = false } }

    /// Counts from here on, and cuts at `target`.
    func arm(_ target: Int?) { state.withLock { $0 = State(target: target) } }

    /// Does one step, or not, or does it and does not tell.
    func step<Value, Failure: Error>(
        _ failure: Failure, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let strikes: Bool? = state.withLock { state in
            if state.isCut { return nil }
            defer { state.step += 1 }
            if state.step == state.target {
                state.isCut = true
                state.target = nil
                return true
            }
            return false
        }
        guard let strikes else { throw failure }
        if strikes, moment == .before { throw failure }
        let value = try await body()
        if strikes { throw failure }
        return value
    }
}
