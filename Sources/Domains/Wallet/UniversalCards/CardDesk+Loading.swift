import EMV
import GlobalPlatform

extension CardDesk {
    /// The credential in the secure element: one record in the universal instance of its type, or a payment application
    /// of its own. The same again takes the place of the first.
    func loaded(
        _ credential: Credential, _ card: Card, subscriber: String
    ) async throws(WalletError) -> Credential {
        var credential = credential
        if credential.state == .allocated {
            credential.state = .loading
            credential.updatedAt = clock.now()
            try await commit([.credential(credential)])
            credential = credential.committed
        }
        try await checkSecureElement(credential.secureElement, behind: subscriber)
        if credential.mode == .dedicated {
            try await provision(credential, card, subscriber: subscriber)
        } else {
            guard let record = try await record(of: credential, card) else { return credential }
            try await store([DataGrouping(record.grouping)], type: credential.type, subscriber: subscriber)
        }
        return credential
    }

    /// Data for a universal instance, which is made first where it is missing.
    func store(
        _ groupings: [DataGrouping], type: UniversalCardType, subscriber: String
    ) async throws(WalletError) {
        try await managing { () async throws(SecureElementManagementError) in
            try await elements.store(groupings, in: application(type), for: subscriber)
        }
    }

    /// The card record as it lies in the secure element: tokens, label and last four digits, never the card's number
    /// (UCI-06). Tokens that somebody has stopped are not in it.
    ///
    /// - Returns: `nil` where all are stopped: nothing is to be there.
    func record(of credential: Credential, _ card: Card) async throws(WalletError) -> UniversalCardRecord? {
        let tokens = try await tokens(of: credential).filter(\.suspenders.isEmpty)
            .sorted { $0.function.code < $1.function.code }
        if tokens.isEmpty { return nil }
        let isShared = credential.mode == .universalData
        let share =
            isShared
            ? try await kept { () async throws(WalletVaultError) in try await vault.keyShare(of: credential.id) } : nil
        guard let reference = UniversalCardReference(credential.record.bytes) else {
            throw .internal(reason: "a record reference has eight bytes")
        }
        do {
            return try UniversalCardRecord(
                reference: reference,
                tokens: tokens.map {
                    .init(
                        function: $0.function.recorded, number: $0.number.accountNumber, expiry: $0.expiry,
                        sequenceNumber: $0.sequenceNumber)
                }, label: card.label, lastFour: card.lastFour, paymentAccountReference: card.accountReference.value,
                keyShare: share, becomesChosen: true)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    /// The record or application out of the secure element. What is not there is out already.
    ///
    /// - Throws: ``WalletError/noSecureElement`` when the number has another secure element meanwhile.
    func unload(_ credential: Credential, subscriber: String) async throws(WalletError) {
        try await checkSecureElement(credential.secureElement, behind: subscriber)
        if credential.mode == .dedicated {
            return try await managing { () async throws(SecureElementManagementError) in
                try await elements.delete(application(of: credential), for: subscriber)
            }
        }
        try await deleteRecord(credential.record, credential.type, subscriber: subscriber)
    }

    /// A record out of a universal instance. What is not there is out already.
    func deleteRecord(
        _ record: RecordReference, _ type: UniversalCardType, subscriber: String
    ) async throws(WalletError) {
        guard let reference = UniversalCardReference(record.bytes) else { return }
        try await store(
            [DataGrouping(UniversalCardDeletion.grouping(for: reference))], type: type, subscriber: subscriber)
    }
}

extension PaymentFunction {
    /// As the secure element writes it.
    var recorded: UniversalCardRecord.Function {
        switch self {
        case .nfc: .nfc
        case .qr: .qr
        case .online: .online
        }
    }

    var code: UInt8 { recorded.rawValue }
}
