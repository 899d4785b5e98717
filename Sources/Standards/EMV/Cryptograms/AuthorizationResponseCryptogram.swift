public import CardCryptography

/// The issuer's proof that it answered this very request (ARPC, in tag 91). EMV Book 2 §8.2.
public enum AuthorizationResponseCryptogram {
    /// Method 1, 8 bytes: `3DES(K, ARQC ⊕ (ARC || 00×6))`. EMV Book 2 §8.2.1.
    ///
    /// - Parameter key: ``CryptogramVersion/responseKey(card:transactionCounter:)``.
    /// - Parameter responseCode: tag 8A, two bytes.
    public static func method1(key: TripleDESKey, cryptogram: [UInt8], responseCode: [UInt8]) -> [UInt8] {
        precondition(cryptogram.count == ApplicationCryptogram.length, "a cryptogram has 8 bytes")
        precondition(responseCode.count == 2, "an authorization response code has two bytes")
        let block = zip(cryptogram, responseCode + [UInt8](repeating: 0, count: 6)).map { $0 ^ $1 }
        do {
            return try TripleDES(key: key).encryptECB(block)
        } catch {
            preconditionFailure("a cryptogram is one block: \(error)")
        }
    }

    /// Method 2, 4 bytes: the left half of the retail MAC over `ARQC || CSU || proprietary data`. EMV Book 2 §8.2.2.
    ///
    /// - Parameter statusUpdate: the Card Status Update, four bytes.
    /// - Parameter proprietaryData: at most eight bytes.
    public static func method2(
        key: TripleDESKey, cryptogram: [UInt8], statusUpdate: [UInt8], proprietaryData: [UInt8] = []
    ) -> [UInt8] {
        precondition(cryptogram.count == ApplicationCryptogram.length, "a cryptogram has 8 bytes")
        precondition(statusUpdate.count == 4, "a card status update has four bytes")
        precondition(proprietaryData.count <= 8, "proprietary authentication data has eight bytes at most")
        return Array(TripleDES(key: key).retailMAC(cryptogram + statusUpdate + proprietaryData).prefix(4))
    }

    /// Whether `received` is what was computed here; takes the same time whatever differs.
    public static func isValid(_ received: [UInt8], expected: [UInt8]) -> Bool { constantTimeEqual(received, expected) }
}
