public import ISO7816

/// What is signed in offline data authentication.
public enum SignedObject: Hashable, Sendable, CustomStringConvertible {
    case issuerCertificate, cardCertificate, staticData, dynamicData

    /// The data object that holds the signature.
    public var tag: BERTag {
        switch self {
        case .issuerCertificate: .issuerPublicKeyCertificate
        case .cardCertificate: .cardPublicKeyCertificate
        case .staticData: .signedStaticApplicationData
        case .dynamicData: .signedDynamicApplicationData
        }
    }

    public var description: String {
        switch self {
        case .issuerCertificate: "the issuer's certificate"
        case .cardCertificate: "the card's certificate"
        case .staticData: "the signed static data"
        case .dynamicData: "the signed dynamic data"
        }
    }
}

/// Why offline data authentication failed; each is a step of EMV Book 2 §5 and §6.
public enum OfflineAuthenticationError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(BERTag)
    case unknownCertificationAuthorityKey(registeredIdentifier: [UInt8], index: UInt8)
    case certificationAuthorityKeyExpired
    /// A signature is as long as the modulus of the key that made it.
    case length(SignedObject, found: Int, expected: Int)
    /// The signature is no number below the modulus, or what it recovers to does not begin with 6A.
    case header(SignedObject)
    /// What the signature recovers to does not end with BC.
    case trailer(SignedObject)
    case format(SignedObject, UInt8)
    case hashAlgorithm(SignedObject, UInt8)
    case hash(SignedObject)
    case keyAlgorithm(SignedObject, UInt8)
    /// The certified key is longer than the key that signed it, or too short to be one.
    case keyLength(SignedObject, Int)
    /// The exponent is neither 3 nor 65 537, or not the one that was certified.
    case keyExponent(SignedObject)
    /// The remainder of the key is missing, or there where none is needed, or not as long as it has to be.
    case keyRemainder(SignedObject, found: Int, expected: Int)
    case padding(SignedObject)
    case expired(SignedObject)
    /// The certificate is for other account numbers.
    case issuerIdentifier
    /// The certificate is for another account number.
    case accountNumber
    /// A record that has to be signed is missing or no template 70.
    case record(file: UInt8, number: UInt8)
    /// 9F4A names more than the interchange profile.
    case tagList
    case dynamicNumberLength(Int)
    /// The signed dynamic data has not the parts that its use asks for.
    case dynamicData
    /// The signed cryptogram information is another than the one answered.
    case cryptogramInformation
    /// What was exchanged is not what the card signed.
    case transactionHash
    /// The signed counter is another than the one answered.
    case transactionCounter

    public var description: String {
        switch self {
        case .missing(let tag): "data object \(tag) is missing for offline data authentication"
        case .unknownCertificationAuthorityKey(let identifier, let index):
            "no certification authority key \(identifier.hex) \([index].hex) is known"
        case .certificationAuthorityKeyExpired: "the certification authority's key has expired"
        case .length(let object, let found, let expected): "\(object) has \(expected) bytes, found \(found)"
        case .header(let object): "\(object) does not recover to 6A…"
        case .trailer(let object): "\(object) does not recover to …BC"
        case .format(let object, let format): "\(object) has format \([format].hex)"
        case .hashAlgorithm(let object, let algorithm): "\(object) names hash algorithm \([algorithm].hex)"
        case .hash(let object): "the hash in \(object) is another"
        case .keyAlgorithm(let object, let algorithm): "\(object) names key algorithm \([algorithm].hex)"
        case .keyLength(let object, let count): "the key in \(object) cannot have \(count) bytes"
        case .keyExponent(let object): "the key in \(object) has another exponent"
        case .keyRemainder(let object, let found, let expected):
            "the remainder of the key in \(object) has \(expected) bytes, found \(found)"
        case .padding(let object): "\(object) is not filled with BB"
        case .expired(let object): "\(object) has expired"
        case .issuerIdentifier: "the issuer's certificate is for other account numbers"
        case .accountNumber: "the card's certificate is for another account number"
        case .record(let file, let number): "record \(number) of file \(file) is to be signed and is none"
        case .tagList: "9F4A names more than the interchange profile"
        case .dynamicNumberLength(let count): "a dynamic number has 2 to 8 bytes, found \(count)"
        case .dynamicData: "the signed dynamic data is incomplete"
        case .cryptogramInformation: "the signed cryptogram information is another"
        case .transactionHash: "what was exchanged is not what the card signed"
        case .transactionCounter: "the signed transaction counter is another"
        }
    }
}
