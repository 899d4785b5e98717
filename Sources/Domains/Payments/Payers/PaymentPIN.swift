public import CardCryptography

/// A payment PIN as it was entered. It prints as a length.
public struct PaymentPIN: Sendable {
    let digits: SecretBytes

    public static let lengths = 4...12

    /// - Throws: ``PaymentsError/invalid(field:reason:)`` for anything but 4 to 12 decimal digits.
    public init(_ digits: SecretBytes) throws(PaymentsError) {
        let areDigits = digits.withUnsafeBytes { $0.allSatisfy { (0x30...0x39).contains($0) } }
        guard Self.lengths.contains(digits.count), areDigits else {
            throw .invalid(
                field: "pin", reason: "\(Self.lengths.lowerBound) to \(Self.lengths.upperBound) decimal digits")
        }
        self.digits = digits
    }

    func tag(_ keys: any PaymentKeys) throws(PaymentsError) -> SecretBytes {
        try keys.tag(of: digits, purpose: "payment PIN")
    }
}
