/// The data elements of ISO 8583:1987 that an acquirer and an issuer use between them; the raw value is the number.
public enum DataElement: Int, Hashable, Sendable, CaseIterable, Comparable {
    case primaryAccountNumber = 2
    case processingCode = 3
    case amount = 4
    case transmissionTime = 7
    case systemTraceAuditNumber = 11
    case localTime = 12
    case localDate = 13
    case expirationDate = 14
    case merchantType = 18
    case pointOfServiceEntryMode = 22
    case cardSequenceNumber = 23
    case pointOfServiceConditionCode = 25
    case acquiringInstitution = 32
    case track2 = 35
    case retrievalReferenceNumber = 37
    case authorizationCode = 38
    case responseCode = 39
    case terminal = 41
    case cardAcceptor = 42
    case additionalData = 48
    case currency = 49
    case pinData = 52
    case securityControl = 53
    case chipData = 55
    case messageAuthenticationCode = 64
    case networkManagementCode = 70
    case originalData = 90
    /// Private use: ``PrivateData``.
    case privateData = 126
    case privateDataContinued = 127
    case secondMessageAuthenticationCode = 128

    public var number: Int { rawValue }

    public var format: FieldFormat {
        switch self {
        case .primaryAccountNumber: .llvar(.n, 19)
        case .processingCode, .systemTraceAuditNumber, .localTime: .fixed(.n, 6)
        case .amount: .fixed(.n, 12)
        case .transmissionTime: .fixed(.n, 10)
        case .localDate, .expirationDate, .merchantType: .fixed(.n, 4)
        case .pointOfServiceEntryMode, .cardSequenceNumber, .currency, .networkManagementCode: .fixed(.n, 3)
        case .pointOfServiceConditionCode: .fixed(.n, 2)
        case .acquiringInstitution: .llvar(.n, 11)
        case .track2: .llvar(.z, 37)
        case .retrievalReferenceNumber: .fixed(.an, 12)
        case .authorizationCode: .fixed(.an, 6)
        case .responseCode: .fixed(.an, 2)
        case .terminal: .fixed(.ans, 8)
        case .cardAcceptor: .fixed(.ans, 15)
        case .additionalData, .privateData, .privateDataContinued: .lllvar(.ans, 999)
        case .pinData, .messageAuthenticationCode, .secondMessageAuthenticationCode: .fixed(.b, 8)
        case .securityControl: .fixed(.n, 16)
        case .chipData: .lllvar(.b, 255)
        case .originalData: .fixed(.n, 42)
        }
    }

    /// The code over the message: field 64, or 128 in a message with fields above 64.
    var isAuthenticationCode: Bool {
        self == .messageAuthenticationCode || self == .secondMessageAuthenticationCode
    }

    public static func < (left: DataElement, right: DataElement) -> Bool { left.rawValue < right.rawValue }
}

extension DataElement: CustomStringConvertible {
    /// `field 35`
    public var description: String { "field \(rawValue)" }
}
