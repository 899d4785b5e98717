import ISO7816
import TrustedServiceManager

extension Tables {
    static let securityDomains = Table<SecurityDomainRecord>(
        "security_domain", kind: "security domain", key: ["secure_element", "provider"],
        columns: [
            "secure_element", "provider", "aid", "custody", "master_key", "key_version", "key_diversification_data",
            "sequence_counter",
        ],
        references: [.secureElement, .provider],
        read: { row in
            SecurityDomainRecord(
                secureElement: try row.secureElementIdentifier(),
                provider: ServiceProviderID(rawValue: try row.text()), aid: try row.aid(),
                custody: try row.custody(), sequenceCounter: try row.number())
        },
        values: {
            [$0.secureElement.description, $0.provider.rawValue, blob($0.aid.bytes)] + $0.custody.columns
                + [Int64($0.sequenceCounter)]
        })
}

/// custody | master key | key version | key diversification data
extension SecurityDomainRecord.Custody {
    fileprivate var columns: [Column] {
        switch self {
        case .central: ["central", nil, nil, nil]
        case .temporary(let keys):
            [
                "temporary", keys.masterKeyIndex.rawValue, Int64(keys.keyVersionNumber),
                blob(keys.keyDiversificationData),
            ]
        case .provider(let keyVersionNumber): ["provider", nil, Int64(keyVersionNumber), nil]
        }
    }
}

extension RowReader {
    fileprivate mutating func custody() throws -> SecurityDomainRecord.Custody {
        switch try text() {
        case "central":
            _ = (try optionalInteger(), try optionalInteger(), try optionalBytes())
            return .central
        case "temporary":
            return .temporary(try keyReference())
        case "provider":
            _ = try optionalInteger()
            let keyVersionNumber = try number(UInt8.self)
            _ = try optionalBytes()
            return .provider(keyVersionNumber: keyVersionNumber)
        default:
            throw RecordError.failed("table security_domain, column custody: the value cannot be read")
        }
    }
}
