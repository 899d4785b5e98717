public import CardCryptography
public import ISO4217
import ISO7816

/// Payers: opening accounts, devices, PINs, and whether a confirmation is theirs.
public struct PayerDesk: Sendable {
    public let server: PaymentServer

    var store: any PaymentStore { server.store }

    public init(_ server: PaymentServer) { self.server = server }

    /// Opens an account for whoever holds a device's key. The key names the opening: a second one with it is refused.
    ///
    /// - Throws: ``PaymentsError/duplicate(reason:)``, ``PaymentsError/tooMany(kind:max:)``,
    ///   ``PaymentsError/invalid(field:reason:)``.
    public func open(
        label: String, currency: Currency, device: DeviceKey, pin: PaymentPIN
    ) async throws(PaymentsError) -> OpenedPayer {
        try LedgerAccount.check(label: label)
        let count = try await stored { () async throws(PaymentStoreError) in try await store.payerCount() }
        guard count < server.policy.payersMax else { throw .tooMany(kind: "payers", max: server.policy.payersMax) }
        let digest = try await server.pins.digest(ofTag: pin.tag(server.keys))
        let now = server.clock.now()
        let account = LedgerAccount(
            id: .random(server.random), kind: .payer, currency: currency, label: label, createdAt: now)
        let payer = Payer(account: account.id, device: device, pin: digest, createdAt: now)
        let (secret, credential) = AccessCredential.make(for: .payer(account.id), at: now, server.random)
        do throws(PaymentStoreError) {
            try await store.commit([
                .openAccount(account), .payer(payer), .credential(credential),
                .audit(AuditEntry(at: now, actor: payer.actor, action: "account opened", subject: account.id.rawValue)),
            ])
        } catch {
            if case .duplicate(kind: "payer", _) = error {
                throw Self.deviceIsKnown
            }
            throw PaymentsError(error)
        }
        return OpenedPayer(account: account, payer: payer.committed, secret: secret)
    }

    private static let deviceIsKnown = PaymentsError.duplicate(reason: "an account has this device key")

    /// A payer and its account.
    ///
    /// - Throws: ``PaymentsError/notFound(kind:)``.
    public func payer(_ id: AccountID) async throws(PaymentsError) -> (payer: Payer, account: LedgerAccount) {
        let (payer, account) = try await stored { () async throws(PaymentStoreError) in
            (try await store.payer(id), try await store.ledgerAccount(id))
        }
        guard let payer, let account else { throw .notFound(kind: "payer") }
        return (payer, account)
    }

    /// The newest movements of a payer's account.
    public func transfers(
        of id: AccountID, before number: Int64? = nil, limit: Int
    ) async throws(PaymentsError) -> [RecordedTransfer] {
        try await stored { () async throws(PaymentStoreError) in
            try await store.transfers(of: id, before: number, limit: limit)
        }
    }

    // MARK: - Keys and PINs

    /// Another device takes the place of the one before, whose confirmations are refused from then on.
    public func replaceDevice(
        of id: AccountID, with device: DeviceKey, pin: PaymentPIN
    ) async throws(PaymentsError) -> Payer {
        try await checkPIN(pin, of: id)
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.payer(ofDevice: device.name)
        }
        guard known == nil || known?.account == id else { throw Self.deviceIsKnown }
        return try await change(id, "device replaced") { $0.device = device }
    }

    /// Another PIN takes the place of the one before.
    public func replacePIN(of id: AccountID, _ pin: PaymentPIN, with new: PaymentPIN) async throws(PaymentsError) {
        try await checkPIN(pin, of: id)
        let digest = try await server.pins.digest(ofTag: new.tag(server.keys))
        _ = try await change(id, "PIN replaced") { $0.pin = digest }
    }

    func change(
        _ id: AccountID, _ action: String, _ mutate: (inout Payer) -> Void
    ) async throws(PaymentsError) -> Payer {
        try await server.converging { now throws(PaymentsError) in
            var payer = try await payer(id).payer
            mutate(&payer)
            let entry = AuditEntry(at: now, actor: payer.actor, action: action, subject: id.rawValue)
            return (payer.committed, [.payer(payer), .audit(entry)])
        }
    }
}

/// An account that has just been opened, with its access credential, which is nowhere else. It prints without it.
public struct OpenedPayer: Sendable, CustomStringConvertible {
    public var account: LedgerAccount
    public var payer: Payer
    /// Hex digits: what the payer's requests bear.
    public var secret: SecretBytes

    public var description: String { "payer \(account.id)" }
}

extension Payer {
    var actor: String { "payer \(account)" }
}

extension LedgerAccount {
    static func check(label: String) throws(PaymentsError) {
        guard (1...labelBytesMax).contains(label.utf8.count) else {
            throw .invalid(field: "label", reason: "1 to \(labelBytesMax) bytes")
        }
    }
}
