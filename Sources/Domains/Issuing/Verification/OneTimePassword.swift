import CardCryptography

/// Six digits, each sequence as likely as any other.
enum OneTimePassword {
    static let digitCount = 6

    static func random(_ source: any RandomSource) -> String {
        // Values from 16 000 000 on would make the first ones likelier: they are passed over.
        while true {
            let value = source.bytes(3).reduce(0) { $0 << 8 | Int($1) }
            guard value < 16_000_000 else { continue }
            let digits = "\(value % 1_000_000)"
            return String(repeating: "0", count: digitCount - digits.count) + digits
        }
    }

    /// What is stored of it: useless without the issuer's keys, although there are only a million of them.
    static func digest(
        _ password: String, of verification: VerificationID, _ keys: any IssuerKeys
    ) throws(IssuingError) -> [UInt8] {
        try keys.tag(of: SecretBytes(Array(password.utf8)), purpose: "one-time password of \(verification)")
    }
}
