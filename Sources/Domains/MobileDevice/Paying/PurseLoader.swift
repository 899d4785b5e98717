public import CardCryptography
public import ElectronicPurse
public import ISO4217
public import ISO7816
import Instructions
import JOSE

/// Loads a purse from its payer's account: the one in the phone, or a card that is held to it.
///
///     let loader = PurseLoader(key: key, loads: loads, confirmation: confirmation)
///     let load = try await loader.begin(.init(minorUnits: 2_000, currency: euro), onto: card)
///     let loaded = try await loader.finish(load, on: card)     // shown, confirmed, loaded
///
/// A card that is taken away in between is held there again, and `finish` goes on: the card itself says whether it has
/// loaded itself, and it is never loaded twice.
public struct PurseLoader: Sendable {
    private let key: PayerKey
    private let loads: any PurseLoadService
    private let confirmation: any ConsumerConfirmation
    private let random: any RandomSource
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970.
    public init(
        key: PayerKey, loads: any PurseLoadService, confirmation: any ConsumerConfirmation,
        random: any RandomSource = SystemRandomSource(), now: @escaping @Sendable () -> Int64
    ) {
        self.key = key
        self.loads = loads
        self.confirmation = confirmation
        self.random = random
        self.now = now
    }

    /// Reads which card it is and makes a load for it.
    public func begin(
        _ amount: Money, onto card: any CardChannel
    ) async throws(PurseLoadError) -> PurseLoading {
        let serial = try await selected(card)
        do {
            return try await loads.makeLoad(of: amount, onto: serial, key: Base64URL.encode(random.bytes(18)))
        } catch { throw .service(error) }
    }

    /// Shows what is loaded, has the owner confirm it, and loads the card; of a load that is ordered, goes on.
    ///
    /// - Parameter pin: the payment PIN, on a device that cannot verify its user.
    /// - Throws: ``PurseLoadError/taken(load:)`` when the card was taken away: call again with it.
    public func finish(
        _ load: PurseLoading, on card: any CardChannel, pin: SecretBytes? = nil
    ) async throws(PurseLoadError) -> PurseLoading {
        let serial = try await selected(card)
        guard serial == load.card else { throw .otherCard(serial) }
        let word = load.state == .open ? try await confirmed(load, pin) : nil
        let contact = try await contact(of: load, card)
        let step: LoadStep
        do {
            step = try await loads.credit(load.name, confirmation: word, pin: pin, contact: contact)
        } catch { throw .service(error) }
        do {
            switch step {
            case .loaded: return try await loads.load(load.name)
            case .credit(let moment, let mac2):
                let answer = try await ask(card, CreditForLoad(moment: moment, mac2: mac2).command, load)
                guard answer.statusWord == .success, let tac = try? PurseMAC(answer.data) else {
                    throw PurseLoadError.card(answer.statusWord)
                }
                return try await loads.prove(load.name, tac: tac)
            }
        } catch {
            throw error as? PurseLoadError ?? .service(error as? PaymentServiceError ?? .unsettled(detail: "\(error)"))
        }
    }

    /// Gives a load up; one that the card may have been told of is loaded when the card says that it was.
    public func cancel(
        _ load: PurseLoading, with card: (any CardChannel)?
    ) async throws(PurseLoadError) -> PurseLoading {
        var begun: InitializedLoad?
        if let card {
            let serial = try await selected(card)
            guard serial == load.card else { throw .otherCard(serial) }
            begun = try await self.begun(load, card)
        }
        do { return try await loads.cancel(load.name, begun: begun) } catch { throw .service(error) }
    }

    // MARK: - The card

    private func selected(_ card: any CardChannel) async throws(PurseLoadError) -> PurseSerial {
        for application in [PurseFile.transport, PurseFile.city] {
            guard try await ask(card, PurseFile.select(application), nil).statusWord == .success else { continue }
            let answer = try await ask(card, PurseFile.readApplicationData, nil)
            guard let data = try? PurseApplicationData(answer.data) else { throw .notAPurse }
            return data.serial
        }
        throw .notAPurse
    }

    private func begun(
        _ load: PurseLoading, _ card: any CardChannel
    ) async throws(PurseLoadError) -> InitializedLoad {
        let amount = UInt32(clamping: load.amount.minorUnits)
        let answer = try await ask(
            card, InitializeTransaction(for: .load, amount: amount, terminal: load.terminal).command, load)
        guard answer.statusWord == .success else { throw .card(answer.statusWord) }
        guard let begun = try? InitializedLoad(answer.data) else { throw .notAPurse }
        return begun
    }

    /// The card, begun; with its log and its counter of purchases, which tell the back office what a gate could not find
    /// out.
    private func contact(
        of load: PurseLoading, _ card: any CardChannel
    ) async throws(PurseLoadError) -> PurseContact {
        var log: [PurseLogRecord] = []
        for number in 1...PurseFile.logRecordsMax {
            let answer = try await ask(card, PurseFile.readLog(UInt8(number)), load)
            guard answer.statusWord == .success, let record = try? PurseLogRecord(answer.data) else { break }
            log.append(record)
        }
        let asked = try await ask(
            card, InitializeTransaction(for: .purchase, amount: 0, terminal: load.terminal).command, load)
        let counter = asked.statusWord == .success ? try? InitializedPurchase(asked.data).offlineNumber : nil
        return PurseContact(try await begun(load, card), offlineNumber: counter, log: log)
    }

    private func ask(
        _ card: any CardChannel, _ command: CommandAPDU, _ load: PurseLoading?
    ) async throws(PurseLoadError) -> ResponseAPDU {
        do { return try await card.transmitCollecting(command) } catch { throw .taken(load: load?.name) }
    }

    // MARK: - The owner

    private func confirmed(_ load: PurseLoading, _ pin: SecretBytes?) async throws(PurseLoadError) -> String {
        guard await confirmation.confirm("Load \(load.amount) onto the purse \(load.card)") else {
            throw .notConfirmed
        }
        do {
            return try key.confirmation(
                of: .purseLoad, load.name, digest: Base64URL.encode(Digest.hash(Array(load.shown.utf8))),
                named: Base64URL.encode(random.bytes(18)), total: load.amount, userVerified: pin == nil, at: now())
        } catch {
            throw .key(reason: "\(error)")
        }
    }
}

/// Why a purse was not loaded, or it is not known yet.
public enum PurseLoadError: Error, Equatable, Sendable, CustomStringConvertible {
    case service(PaymentServiceError)
    /// The card was taken away: with a load, that one goes on when the card is back.
    case taken(load: String?)
    case notAPurse
    /// The load is another card's.
    case otherCard(PurseSerial)
    /// The card said no.
    case card(StatusWord)
    /// The owner did not agree.
    case notConfirmed
    /// The device's key cannot sign.
    case key(reason: String)

    public var description: String {
        switch self {
        case .service(let error): "\(error)"
        case .taken(nil): "the card was taken away; nothing has begun"
        case .taken(let load?): "the card was taken away; the load \(load) goes on when it is back"
        case .notAPurse: "the card has no purse"
        case .otherCard(let serial): "the load is for another card than \(serial)"
        case .card(.purseLimitReached): "the card may not hold as much: it answered \(StatusWord.purseLimitReached)"
        case .card(let status): "the card answered \(status)"
        case .notConfirmed: "the owner did not agree"
        case .key(let reason): "the device cannot sign: \(reason)"
        }
    }
}
