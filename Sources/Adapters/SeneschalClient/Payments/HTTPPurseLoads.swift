public import CardCryptography
public import ElectronicPurse
public import ISO4217
public import MobileDevice
import SeneschalAPI

/// A payment server over HTTP, for a device that loads purses: `/pay/v1/purse-loads`.
public struct HTTPPurseLoads: PurseLoadService {
    private let client: SeneschalClient

    /// - Parameter client: with the payer's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func makeLoad(
        of amount: Money, onto card: PurseSerial, key: String
    ) async throws(PaymentServiceError) -> PurseLoading {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.makePurseLoad, .init(card: card.description, amount: Int(amount.minorUnits)),
                idempotencyKey: key)
        }.loading()
    }

    public func load(_ name: String) async throws(PaymentServiceError) -> PurseLoading {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.getPurseLoad, NoBody(), ["load": name])
        }.loading()
    }

    public func credit(
        _ load: String, confirmation: String?, pin: SecretBytes?, contact: PurseContact
    ) async throws(PaymentServiceError) -> LoadStep {
        let answer = try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.creditPurse,
                .init(
                    confirmation: confirmation, pin: pin.map { String(decoding: $0.revealed(), as: UTF8.self) },
                    begun: HexBytes(contact.begun.bytes), offlineNumber: contact.offlineNumber.map { Int($0) },
                    log: contact.log.isEmpty ? nil : contact.log.map { HexBytes($0.bytes) }), ["load": load])
        }
        guard answer.state != .loaded else { return .loaded }
        guard let moment = answer.moment.flatMap({ try? PurseMoment($0.bytes) }),
            let mac2 = answer.mac2.flatMap({ try? PurseMAC($0.bytes) })
        else { throw .refused(code: "malformedAnswer", detail: "the answer tells the card nothing") }
        return .credit(moment, mac2: mac2)
    }

    public func prove(_ load: String, tac: PurseMAC) async throws(PaymentServiceError) -> PurseLoading {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.provePurseLoad, .init(tac: HexBytes(tac.bytes)), ["load": load])
        }.loading()
    }

    public func cancel(
        _ load: String, begun: InitializedLoad?
    ) async throws(PaymentServiceError) -> PurseLoading {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.cancelPurseLoad, .init(begun: begun.map { HexBytes($0.bytes) }), ["load": load])
        }.loading()
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(PaymentServiceError) -> Answer {
        do throws(SeneschalClientError) { return try await request() } catch { throw PaymentServiceError(error) }
    }
}

extension API.PurseLoad {
    fileprivate func loading() throws(PaymentServiceError) -> PurseLoading {
        guard let currency = Currency(currency), let card = try? PurseSerial(hex: card),
            let terminal = try? PurseTerminalNumber(terminal.bytes)
        else { throw .refused(code: "malformedAnswer", detail: "the load is none") }
        return PurseLoading(
            name: load, card: card, amount: Money(minorUnits: Int64(amount), currency: currency), terminal: terminal,
            shown: shown, state: state.loading)
    }
}

extension API.PurseLoad.State {
    fileprivate var loading: PurseLoading.State {
        switch self {
        case .open: .open
        case .ordered: .ordered
        case .loaded: .loaded
        case .cancelled: .cancelled
        case .expired: .expired
        }
    }
}
