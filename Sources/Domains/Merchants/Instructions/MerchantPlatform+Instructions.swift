import Instructions

extension MerchantPlatform {
    /// What is to be paid for.
    struct Payable {
        var origin: PaymentInstruction.Origin
        var reference: String
        /// In minor units of the merchant's currency.
        var amount: Int64?
        var text: String
        /// No later than this.
        var until: Int64?

        init(origin: PaymentInstruction.Origin, reference: String, amount: Int64?, text: String, until: Int64? = nil) {
            self.origin = origin
            self.reference = reference
            self.amount = amount
            self.text = text
            self.until = until
        }
    }

    /// Signs the instruction to pay a merchant.
    func issue(
        _ id: InstructionID, _ payable: Payable, for merchant: Merchant, requestDigest: [UInt8], _ now: Int64
    ) throws(MerchantsError) -> IssuedInstruction {
        let statement = PaymentInstruction(
            iss: profile.name, aud: profile.paymentServer.name, jti: id.rawValue, iat: now,
            exp: min(now + PlatformProfile.instructionSeconds, payable.until ?? .max), origin: payable.origin,
            reference: payable.reference, merchant: merchant.id.rawValue, merchantName: merchant.name,
            payee: merchant.payee, currency: merchant.currency, amount: payable.amount, description: payable.text)
        return IssuedInstruction(
            id: id, merchant: merchant.id, statement: statement, signed: try signed(statement),
            requestDigest: requestDigest)
    }

    /// The newest instructions of a merchant's, with what became of them (TAG-08: no reader at the counter).
    public func instructions(
        of merchant: MerchantID, limit: Int
    ) async throws(MerchantsError) -> [IssuedInstruction] {
        try await store.read { records throws(MerchantsError) in
            try records.instructions(of: merchant, limit: min(limit, Self.pageEntriesMax))
        }
    }

    /// One instruction of a merchant's.
    public func instruction(
        _ id: InstructionID, of merchant: MerchantID
    ) async throws(MerchantsError) -> IssuedInstruction {
        try await store.read { records throws(MerchantsError) in
            guard let issued = try records.instruction(id), issued.merchant == merchant else {
                throw .notFound(field: "instruction", reason: "no instruction of this name")
            }
            return issued
        }
    }
}
