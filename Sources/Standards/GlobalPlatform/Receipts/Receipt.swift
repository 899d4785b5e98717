import ISO7816

/// What a card hands back for a delegated operation: a signature that it was done, and what tells it from others.
/// GPC v2.3.1 §11.2.3.1 (DELETE), §11.5.3.1 (INSTALL), §11.6.3.1 (LOAD), Table 11-26.
///
///     length { length, receipt | confirmation data }         or 00
public struct Receipt: Hashable, Sendable {
    public var signature: [UInt8]
    public var confirmation: ConfirmationData

    public init(signature: [UInt8], confirmation: ConfirmationData) {
        self.signature = signature
        self.confirmation = confirmation
    }

    /// The answer's data when there is no receipt.
    public static let absent: [UInt8] = [0x00]

    /// The answer's data: the lengths in BER form.
    public var bytes: [UInt8] { berLengthPrefixed(berLengthPrefixed(signature) + confirmation.bytes) }

    /// The receipt in an answer's data, or `nil` when there is none.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field.
    public static func read(_ data: [UInt8]) throws(CommandDecodingError) -> Receipt? {
        guard !data.isEmpty, data != absent else { return nil }
        var outer = CommandDataReader(data)
        let content = try outer.berLengthPrefixed("confirmation")
        try outer.finish()
        var reader = CommandDataReader(content)
        let signature = try reader.berLengthPrefixed("receipt")
        guard !signature.isEmpty else { throw .invalid(field: "receipt", value: []) }
        let confirmation = try ConfirmationData(&reader)
        try reader.finish()
        return Receipt(signature: signature, confirmation: confirmation)
    }

    /// What the receipt of `operation` signs.
    public static func signedData(_ confirmation: ConfirmationData, _ operation: ConfirmedOperation) -> [UInt8] {
        confirmation.bytes + operation.bytes
    }

    /// What this receipt signs, if it is for `operation`.
    public func signedData(of operation: ConfirmedOperation) -> [UInt8] { Self.signedData(confirmation, operation) }
}
