public import CardCryptography
public import GlobalPlatform

/// What a confirmation of INSTALL, LOAD or DELETE proves.
public enum ReceiptCheck: Equatable, Sendable {
    /// There is no receipt: the command needed no token.
    case absent
    /// The card whose key this is did it.
    case valid(ConfirmationData)
    /// The receipt is of another key or for another operation.
    case invalid(ConfirmationData)

    /// Reads a confirmation as ``ManagementSession`` hands it out, and checks its receipt. GPC v2.3.1 §C.5.
    ///
    /// - Throws: ``CardManagementError/cardMisbehaved(_:)`` when it is malformed.
    public init(
        _ confirmation: [UInt8], of operation: ConfirmedOperation, key: VerificationKey
    ) throws(CardManagementError) {
        let receipt: Receipt?
        do { receipt = try Receipt.read(confirmation) } catch { throw .cardMisbehaved("confirmation: \(error)") }
        guard let receipt else {
            self = .absent
            return
        }
        let isValid = key.isValid(receipt.signature, over: receipt.signedData(of: operation))
        self = isValid ? .valid(receipt.confirmation) : .invalid(receipt.confirmation)
    }
}
