public import CardCryptography

/// The key of one transaction from the key of the card.
public enum SessionKey {
    /// EMV common session key for cryptograms: `3DES(K, ATC F0 00…) || 3DES(K, ATC 0F 00…)`.
    /// EMV Book 2, Annex A1.3.1.
    public static func common(card: TripleDESKey, transactionCounter: UInt16) -> TripleDESKey {
        diversified(card, bigEndian(transactionCounter) + [UInt8](repeating: 0, count: 6))
    }

    /// EMV common session key for secure messaging: diversified with the cryptogram of the transaction.
    /// EMV Book 2, Annex A1.3.1.
    public static func common(card: TripleDESKey, cryptogram: [UInt8]) -> TripleDESKey {
        precondition(cryptogram.count == TripleDES.blockLength, "a cryptogram has 8 bytes")
        return diversified(card, cryptogram)
    }

    /// Mastercard's proprietary session key (SKD): as the common one, with `ATC 00 00 UN`, the unpredictable number in
    /// 4 bytes.
    public static func mastercard(
        card: TripleDESKey, transactionCounter: UInt16, unpredictableNumber: [UInt8]
    ) -> TripleDESKey {
        precondition(unpredictableNumber.count == 4, "an unpredictable number has 4 bytes")
        return diversified(card, bigEndian(transactionCounter) + [0, 0] + unpredictableNumber)
    }

    /// PBOC and UICS: `3DES(K, 00×6 ATC) || 3DES(K, 00×6 ~ATC)`. JR/T 0025.7, §5.3.
    public static func uics(card: TripleDESKey, transactionCounter: UInt16) -> TripleDESKey {
        let zeros = [UInt8](repeating: 0, count: 6)
        return twoBlockKey(card, zeros + bigEndian(transactionCounter), zeros + bigEndian(~transactionCounter))
    }

    /// The third byte makes the two halves: F0 and 0F.
    private static func diversified(_ key: TripleDESKey, _ value: [UInt8]) -> TripleDESKey {
        var (left, right) = (value, value)
        left[2] = 0xF0
        right[2] = 0x0F
        return twoBlockKey(key, left, right)
    }
}

func bigEndian(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
