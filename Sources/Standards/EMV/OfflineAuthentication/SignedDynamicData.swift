public import CardCryptography

/// The card's signature over what makes a transaction unique (tag 9F4B). EMV Book 2 §6.5, Tables 15 and 16.
///
///     05 | 01 | length of the dynamic data (1) | dynamic data | BB … | hash, also over data of the terminal
enum SignedDynamicData {
    private static let format: UInt8 = 0x05
    private static let headLength = 1 + 1 + 1

    static func sign(_ dynamicData: [UInt8], _ terminalData: [UInt8], by card: RSAPrivateKey) -> [UInt8] {
        let fillers = card.publicKey.blockLength - SignedBlock.overhead - headLength - dynamicData.count
        precondition(fillers >= 0, "the dynamic data fits into the block")
        let body =
            [format, SignedBlock.sha1, UInt8(dynamicData.count)] + dynamicData
            + [UInt8](repeating: SignedBlock.filler, count: fillers)
        return SignedBlock.sign(body, terminalData, with: card)
    }

    /// The dynamic data, when the card signed it together with `terminalData`.
    static func recover(
        _ signature: [UInt8], _ terminalData: [UInt8], with card: RSAPublicKey
    ) throws(OfflineAuthenticationError) -> [UInt8] {
        let block = try SignedBlock(signature, .dynamicData, format: format, key: card)
        guard block.body[1] == SignedBlock.sha1 else { throw .hashAlgorithm(.dynamicData, block.body[1]) }
        try block.verify(terminalData)
        let length = Int(block.body[2])
        guard length <= block.body.count - headLength else { throw .dynamicData }
        guard block.body.dropFirst(headLength + length).allSatisfy({ $0 == SignedBlock.filler }) else {
            throw .padding(.dynamicData)
        }
        return Array(block.body[headLength..<headLength + length])
    }

    /// `length (1) | dynamic number (2–8)` at the front of the dynamic data, and what follows.
    static func dynamicNumber(
        _ dynamicData: [UInt8]
    ) throws(OfflineAuthenticationError) -> (number: [UInt8], rest: [UInt8]) {
        guard let first = dynamicData.first else { throw .dynamicData }
        let length = Int(first)
        guard dynamicNumberLengths.contains(length) else { throw .dynamicNumberLength(length) }
        guard dynamicData.count > length else { throw .dynamicData }
        return (Array(dynamicData[1...length]), Array(dynamicData[(length + 1)...]))
    }

    static let dynamicNumberLengths = 2...8
}

/// Dynamic data authentication: the card answers INTERNAL AUTHENTICATE with a signature. EMV Book 2 §6.5.
public enum DynamicDataAuthentication {
    /// The value of tag 9F4B.
    ///
    /// - Parameter dynamicNumber: two to eight bytes that the card never signs twice (tag 9F4C).
    /// - Parameter terminalData: the values that the DDOL asks for, at least the unpredictable number.
    public static func sign(dynamicNumber: [UInt8], terminalData: [UInt8], by card: RSAPrivateKey) -> [UInt8] {
        precondition(SignedDynamicData.dynamicNumberLengths.contains(dynamicNumber.count), "2 to 8 bytes")
        return SignedDynamicData.sign([UInt8(dynamicNumber.count)] + dynamicNumber, terminalData, by: card)
    }

    /// The dynamic number, when this card signed these data.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public static func recover(
        _ signature: [UInt8], terminalData: [UInt8], with card: RSAPublicKey
    ) throws(OfflineAuthenticationError) -> [UInt8] {
        let (number, rest) = try SignedDynamicData.dynamicNumber(
            SignedDynamicData.recover(signature, terminalData, with: card))
        guard rest.isEmpty else { throw .dynamicData }
        return number
    }
}
