import CardCryptography
import Instructions
import NFCForum

extension MerchantPlatform {
    /// Instructions of one tag that are open at the same time.
    public static let openReadingsOfTagMax = 1_000

    /// *Parse*: which merchant's tag was read, and the instruction to pay it (TAG-02).
    ///
    /// The same reading asked about again gets the same answer. A counter that a tag has said is used up in the same
    /// transaction that answers.
    public func parse(_ request: TagPaymentRequest) async throws(MerchantsError) -> TagReading {
        let content: PayTagContent
        do { content = try PayTagContent(bytes: request.content, hosts: profile.tagHosts) } catch {
            throw .tag(error)
        }
        let id = try instruction(of: content.address.reference, nonce: request.nonce)
        let digest = try requestDigest(["\(request.content)", "\(request.tagID)", request.nonce])
        let now = clock.now()
        return try await store.transact { records throws(MerchantsError) in
            if let issued = try records.instruction(id) {
                guard issued.requestDigest == digest else { throw .idempotencyConflict }
                return TagReading(issued)
            }
            let (tag, merchant) = try verified(content, request, records)
            if tag.kind == .secureDynamic { try records.apply(.putTag(tag)) }
            guard
                try records.openInstructionCount(of: tag.reference.rawValue, at: now) < Self.openReadingsOfTagMax
            else { throw .limit(reason: "the tag was read \(Self.openReadingsOfTagMax) times within minutes") }
            let issued = try issue(
                id, .init(origin: .tag, reference: tag.reference.rawValue, amount: tag.amount, text: tag.place.label),
                for: merchant, requestDigest: digest, now)
            var reading = issued
            reading.terminal = tag.place.terminal
            try records.apply(.putInstruction(reading))
            return TagReading(reading)
        }
    }

    /// Follows from tag and nonce: one reading makes one instruction.
    private func instruction(of tag: PayTagReference, nonce: String) throws(MerchantsError) -> InstructionID {
        let name = try keys.tag(of: SecretBytes(framed([tag.rawValue, nonce])), purpose: "tag reading")
        return InstructionID(bytes: name.prefix(InstructionID.digitCount / 2))
    }

    /// The tag as it is after this reading, and its merchant.
    private func verified(
        _ content: PayTagContent, _ request: TagPaymentRequest, _ records: any MerchantRecords
    ) throws(MerchantsError) -> (PayTag, Merchant) {
        guard var tag = try records.tag(content.address.reference) else { throw .tag(.unknown) }
        guard tag.tagID == request.tagID else { throw .tag(.copied) }
        let message = PayTagContent.signedMessage(content.binding, content.address, tagID: request.tagID)
        guard try keys.tagContentKey().isValid(content.signature, over: message),
            content.binding.merchant == tag.merchant
        else { throw .tag(.forged) }
        guard content.binding.version == tag.version, content.binding.kind == tag.kind else { throw .tag(.outdated) }
        switch tag.state {
        case .active: break
        case .disabled: throw .tag(.disabled)
        case .revoked: throw .tag(.revoked)
        }
        let merchant = try known(tag.merchant, records)
        guard merchant.state == .active else { throw .tag(.merchantSuspended) }
        if let said = content.address.message { tag.lastCounter = try counter(said, of: tag) }
        return (tag, merchant)
    }

    /// What a tag has counted up to, higher than before.
    private func counter(_ message: SecureDynamicMessage, of tag: PayTag) throws(MerchantsError) -> Int64 {
        let named = SecureDynamicTag(tagID: tag.tagID, version: tag.version)
        guard let reading = try keys.secureDynamicMessage(message, of: named), reading.identifier.bytes == tag.tagID
        else {
            throw .tag(.dynamicMessage)
        }
        if let last = tag.lastCounter, Int64(reading.counter) <= last { throw .tag(.replayed) }
        return Int64(reading.counter)
    }
}

extension TagReading {
    init(_ issued: IssuedInstruction) {
        self.init(
            instruction: issued.id, merchant: issued.merchant, merchantName: issued.statement.merchantName,
            place: issued.statement.description, terminal: issued.terminal, currency: issued.statement.currency,
            amount: issued.statement.amount, statement: issued.signed, expiresAt: issued.statement.exp)
    }
}
