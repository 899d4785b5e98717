import Assembly
import CardCryptography
import CardLink
import EMV
import Foundation
import KeyVault
import SecureElement
import ServiceProvider
import Storage
import Wallet

/// A wallet over a central TSM with two handsets: its desk, store, vault and token service, the cards and everything
/// between are real; the issuer is a double.
final class WalletWorld: Sendable {
    typealias Card = InProcessCard<SecureElement>

    let world: World
    let store: WatchedWalletStore
    let issuer = IssuerDouble()
    let old: Device
    let new: Device
    let oldCard: Card
    let newCard: Card
    let newGuillotine: Guillotine
    let user = UserID.random(SystemRandomSource())
    let elements: RecordingElements
    private let vault: any WalletKeys
    private let directory: IssuerDirectory

    static let number = "4761739001010010"
    private static let newRegistration = CardRegistration(cin: "1112131415161718", msi: "4915112345679")

    /// One interruption of a run.
    enum Interruption: Hashable, Sendable, CustomStringConvertible {
        case none
        case old(Cut)
        case new(Cut)
        case commit(Int, WatchedWalletStore.Moment)

        var description: String {
            switch self {
            case .none: "uncut"
            case .old(let cut): "old handset: \(cut)"
            case .new(let cut): "new handset: \(cut)"
            case .commit(let number, let moment): "wallet \(moment.rawValue) of commit \(number)"
            }
        }
    }

    init(_ interruption: Interruption) async throws {
        var (oldCut, newCut): (Cut?, Cut?) = (interruption == .none ? nil : .never, nil)
        var commit: (commit: Int, moment: WatchedWalletStore.Moment)?
        switch interruption {
        case .none: break
        case .old(let cut): oldCut = cut
        case .new(let cut): newCut = cut
        case .commit(let number, let moment): commit = (number, moment)
        }
        world = try await World(oldCut)
        try await world.offerUniversalCards()
        let attached = try await world.addCard(Self.newRegistration, cut: newCut)
        (oldCard, newCard, newGuillotine) = (world.card, attached.card, attached.guillotine)
        vault = try Self.vault.get()
        elements = RecordingElements(
            CentralTSMElements(
                tsm: await world.connection, keys: world.providerVault, random: SystemRandomSource(),
                firstPause: .milliseconds(2)))
        directory = IssuerDirectory([
            RegisteredIssuer(name: IssuerName("harbour-bank")!, prefixes: ["476173"], connection: issuer, keys: [:])
        ])
        let now = SystemClock().now()
        old = Self.device("old telephone", World.cin, World.subscriber.msi, user, now)
        new = Self.device("new telephone", Self.newRegistration.cin, Self.newRegistration.msi, user, now)
        let inner = try SQLiteWalletStore.inMemory()
        try await inner.commit([
            .account(
                Account(
                    id: user, login: LoginName("anna")!, displayName: "Anna",
                    password: try PasswordDigest(
                        of: SecretBytes(Array("secret".utf8)), cost: Scrypt.Cost(n: 2, r: 1, p: 1),
                        random: SystemRandomSource()), createdAt: now)),
            .device(old), .device(new),
        ])
        store = WatchedWalletStore(inner, cutAt: commit)
    }

    private static func device(
        _ name: String, _ element: String, _ subscriber: String, _ user: UserID, _ now: Int64
    ) -> Device {
        Device(
            id: .random(SystemRandomSource()), user: user, name: name, secureElement: SecureElementName(element)!,
            subscriber: subscriber, createdAt: now, lastLoginAt: now)
    }

    /// One vault for all worlds: what is in it follows from names, and nothing in it is cut.
    private static let vault = Result { () throws -> any WalletKeys in
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try WalletVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path))
    }

    func tearDown() async { await world.tearDown() }

    func hasStruck(_ interruption: Interruption) -> Bool {
        switch interruption {
        case .none: false
        case .old: world.guillotine.hasStruck
        case .new: newGuillotine.hasStruck
        case .commit: store.hasStruck
        }
    }

    // MARK: - The wallet's server

    /// A desk as a server that was just started has it.
    var desk: CardDesk {
        CardDesk(
            store: store, vault: vault, tokens: tokens, issuers: directory, elements: elements, clock: SystemClock())
    }

    var payments: PaymentDesk { PaymentDesk(tokens: tokens, issuers: directory, walletName: "seneschal-wallet") }

    private var tokens: TokenService { TokenService(store: store, vault: vault, clock: SystemClock()) }

    func request(on device: Device, key: String = UUID().uuidString) -> UserRequest {
        UserRequest(
            user: user, device: device, authenticatedAt: SystemClock().now(), address: nil, idempotencyKey: key,
            requestDigest: [1])
    }

    private static let attemptsMax = 16

    /// Repeats one request, with the server started anew after every failure, until it is answered.
    func insisting<Answer>(_ body: (CardDesk) async throws -> Answer) async throws -> Answer {
        for _ in 0..<Self.attemptsMax {
            do {
                return try await body(desk)
            } catch let error as WalletError where !error.isCertain {
                store.restart()
            }
        }
        return try await body(desk)
    }

    /// The tokens that pay now, on whatever device.
    func paying(_ function: PaymentFunction? = nil) async throws -> [Token] {
        var paying: [Token] = []
        for credential in try await store.credentials(of: user) where credential.state == .active {
            paying += try await store.tokens(of: credential.id).filter {
                $0.state == .active && (function == nil || $0.function == function)
            }
        }
        return paying
    }

    // MARK: - What a person does

    /// The card of Harbour Bank on the old telephone, for terminals and codes.
    func bind() async throws {
        let verification = CardVerification(
            number: try PrimaryAccountNumber(Self.number), expiry: CardExpiry(year: 39, month: 12)!,
            cardholderName: "ANNA EXAMPLE", identityNumber: "ID-1", telephoneNumber: old.subscriber)
        let reply = try await insisting {
            try await $0.activate(
                ActivationRequest(.newCard(verification), functions: [.nfc, .qr]), request(on: old, key: "bind"))
        }
        guard case .bound = reply else { throw WalletError.conflict(reason: "not bound: \(reply)") }
    }

    /// Everything from the old telephone to the new one, asked for until it is over.
    func move() async throws {
        var migration = try await insisting {
            try await $0.migrate(from: old.id, cards: nil, request(on: new, key: "move"))
        }
        for _ in 0..<Self.attemptsMax where migration.state != .finished {
            store.restart()
            let id = migration.id
            migration = try await insisting { try await $0.migration(id, request(on: new)) }
        }
        guard migration.state == .finished, migration.cards.map(\.step) == [.cleared] else {
            throw WalletError.conflict(reason: "not moved: \(migration.cards.map(\.step))")
        }
    }
}
