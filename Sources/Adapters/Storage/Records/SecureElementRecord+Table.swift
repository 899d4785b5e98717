import ISO7816
import TrustedServiceManager

extension Tables {
    static let secureElements = Table<SecureElementRecord>(
        "secure_element", kind: "secure element", key: ["id"],
        columns: [
            "id", "mobile_network", "profile_id", "type", "standard_name", "standard_version", "certification_level",
            "expires_at", "central_aid", "central_master_key", "central_key_version",
            "central_key_diversification_data", "central_sequence_counter", "central_implementation", "registered_at",
            "configuration", "management_role", "issuer_aid", "issuer_master_key", "issuer_key_version",
            "issuer_key_diversification_data", "issuer_sequence_counter", "issuer_implementation", "life_cycle",
        ],
        references: [.init(kind: "mobile network", table: "mobile_network", key: "name", column: "mobile_network")],
        read: { row in
            var record = SecureElementRecord(
                id: try row.secureElementIdentifier(), mobileNetwork: try row.text(), profileID: try row.text(),
                type: try row.choice(), standard: StandardVersion(name: try row.text(), version: try row.text()),
                certificationLevel: try row.number(), expiresAt: try row.integer(),
                centralSecurityDomain: CentralSecurityDomainRecord(
                    aid: try row.aid(), keys: try row.keyReference(), sequenceCounter: try row.number(),
                    implementation: try row.number()),
                registeredAt: try row.integer())
            record.configuration = try row.choice()
            record.managementRole = try row.choice()
            record.issuerSecurityDomain = try row.optionalManagementDomain()
            record.lifeCycle = try row.choice()
            return record
        },
        values: {
            let central = $0.centralSecurityDomain
            let issuer = $0.issuerSecurityDomain
            return [
                $0.id.description, $0.mobileNetwork, $0.profileID, $0.type.rawValue, $0.standard.name,
                $0.standard.version, $0.certificationLevel, $0.expiresAt, blob(central.aid.bytes),
                central.keys.masterKeyIndex.rawValue, Int64(central.keys.keyVersionNumber),
                blob(central.keys.keyDiversificationData), Int64(central.sequenceCounter),
                Int64(central.implementation), $0.registeredAt, $0.configuration.rawValue,
                $0.managementRole.rawValue, issuer.map { blob($0.aid.bytes) }, issuer?.keys.masterKeyIndex.rawValue,
                issuer.map { Int64($0.keys.keyVersionNumber) },
                issuer.map { blob($0.keys.keyDiversificationData) }, issuer.map { Int64($0.sequenceCounter) },
                issuer.map { Int64($0.implementation) }, $0.lifeCycle.rawValue,
            ]
        })
}

extension RowReader {
    mutating func aid() throws -> AID {
        let bytes = try bytes()
        return try made { try AID(bytes) }
    }

    /// AID | master key | key version | key diversification data | sequence counter | implementation, or none of them
    fileprivate mutating func optionalManagementDomain() throws -> CentralSecurityDomainRecord? {
        guard let aid = try optionalBytes() else {
            for _ in 0..<5 { skip() }
            return nil
        }
        return CentralSecurityDomainRecord(
            aid: try made { try AID(aid) }, keys: try keyReference(), sequenceCounter: try number(),
            implementation: try number())
    }

    /// master key (integer) | key version (integer) | key diversification data (bytes)
    mutating func keyReference() throws -> KeyReference {
        KeyReference(
            masterKeyIndex: MasterKeyIndex(rawValue: try number()), keyVersionNumber: try number(),
            keyDiversificationData: try bytes())
    }
}
