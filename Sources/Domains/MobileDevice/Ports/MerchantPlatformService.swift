/// The merchant platform as a payer's device sees it: `/merchant/v1`. It is told what was read or wanted, and nothing of
/// whoever pays.
public protocol MerchantPlatformService: Sendable {
    /// What a tag that was read stands for (TAG-02).
    ///
    /// - Parameters:
    ///   - nonce: of this reading: the same one gets the same instruction.
    /// - Returns: a `PaymentInstruction` in compact form.
    func instruction(for reading: TagReading, nonce: String) async throws(PaymentServiceError) -> String

    /// Asks for an object that a provider has published (XFER).
    ///
    /// - Parameter key: the same one gets the same instruction.
    /// - Returns: a `PaymentInstruction` in compact form.
    func instruction(
        forObject object: String, quantity: Int, key: String
    ) async throws(PaymentServiceError) -> String
}

/// What a device read of a tag: both together, or nothing (TAG-01).
public struct TagReading: Hashable, Sendable {
    /// The tag's identifier, as anticollision told it: 4, 7 or 10 bytes.
    public var identifier: [UInt8]
    /// The NDEF message, byte by byte.
    public var content: [UInt8]

    public init(identifier: [UInt8], content: [UInt8]) {
        self.identifier = identifier
        self.content = content
    }
}
