import ISO8583
import Issuing
import Wallet

extension Message {
    /// A token service's word for this payment, in the private data; `nil` when there is none.
    ///
    /// - Throws: ``AcquirerRefusal/code(_:)`` when the private data cannot be read.
    func authorizationAssertion() throws(AcquirerRefusal) -> String? {
        do { return try privateData()?[.authorizationAssertion] } catch { throw .code(.formatError) }
    }

    mutating func set(authorizationAssertion assertion: String) throws(PrivateDataError) {
        var data = PrivateData()
        try data.set(.authorizationAssertion, assertion)
        set(data)
    }
}

// How a token came to the terminal, as field 22 says it.

extension PointOfServiceEntryMode {
    init(_ function: PaymentFunction) {
        switch function {
        case .nfc: self = .contactlessChip
        case .qr: self = .code
        case .online: self = .electronicCommerce
        }
    }
}

extension TokenFunction {
    /// - Returns: `nil` for a way on which no token comes.
    init?(_ entry: PointOfServiceEntryMode) {
        switch entry {
        case .contactlessChip: self = .nfc
        case .code: self = .qr
        case .electronicCommerce: self = .online
        case .manual, .chip: return nil
        }
    }
}
