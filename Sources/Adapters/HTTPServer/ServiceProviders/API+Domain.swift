import ISO7816
import SeneschalAPI
import TrustedServiceManager

// What the contract and the domain both name: from JSON with the field at fault, and back.

extension API.SecureElementIdentifier {
    func domain() throws(Problem) -> SecureElementIdentifier {
        let kind: SecureElementIdentifier.Kind =
            switch type {
            case .cin: .cin
            case .cplc: .cplc
            }
        return try reading { () throws(DirectoryValueError) in try SecureElementIdentifier(kind: kind, value: value) }
    }

    init(_ domain: SecureElementIdentifier) {
        let type: Kind =
            switch domain.kind {
            case .cin: .cin
            case .cplc: .cplc
            }
        self.init(type: type, value: domain.value)
    }

    /// As it stands in a path or a query: `cin:4445…`.
    init(segment: String, field: String) throws(Problem) {
        let parts = segment.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let type = Kind(rawValue: String(parts[0])) else {
            throw Problem(
                .invalidField, detail: "type and value are expected, as in cin:45434E0000000001", field: field)
        }
        self.init(type: type, value: String(parts[1]))
    }
}

extension API.MobileSubscriptionIdentifier {
    func domain() throws(Problem) -> MobileSubscriptionIdentifier {
        let kind: MobileSubscriptionIdentifier.Kind =
            switch type {
            case .mdn: .mdn
            case .imsi: .imsi
            case .alias: .alias
            }
        return try reading { () throws(DirectoryValueError) in
            try MobileSubscriptionIdentifier(kind: kind, value: value)
        }
    }

    init(_ domain: MobileSubscriptionIdentifier) {
        let type: Kind =
            switch domain.kind {
            case .mdn: .mdn
            case .imsi: .imsi
            case .alias: .alias
            }
        self.init(type: type, value: domain.value)
    }
}

extension API.ServiceIdentifier {
    func domain() throws(Problem) -> ServiceIdentifier {
        try reading { () throws(DirectoryValueError) in try ServiceIdentifier(number: id, version: version) }
    }

    init(_ domain: ServiceIdentifier) { self.init(id: domain.number, version: domain.version) }
}

extension API.ServiceQualifier {
    func domain() throws(Problem) -> ServiceQualifier {
        try reading { () throws(DirectoryValueError) in
            try ServiceQualifier(providerName: spName, paymentReferenceNumber: prn)
        }
    }

    init(_ domain: ServiceQualifier) {
        self.init(spName: domain.providerName, prn: domain.paymentReferenceNumber)
    }
}

extension API.StandardVersion {
    var domain: StandardVersion { StandardVersion(name: name, version: version) }

    init(_ domain: StandardVersion) { self.init(name: domain.name, version: domain.version) }
}

extension API.SecureElementType {
    var domain: SecureElementType {
        switch self {
        case .uicc: .uicc
        case .embedded: .embedded
        case .nfcEnabler: .nfcEnabler
        }
    }

    init(_ domain: SecureElementType) {
        self =
            switch domain {
            case .uicc: .uicc
            case .embedded: .embedded
            case .nfcEnabler: .nfcEnabler
            }
    }
}

extension API.Status {
    var domain: OperationStatus {
        switch self {
        case .success: .success
        case .failure: .failure
        }
    }

    init(_ domain: OperationStatus) {
        self =
            switch domain {
            case .success: .success
            case .failure: .failure
            }
    }
}

extension API.ServiceStatus {
    init(_ domain: ServiceStatus) {
        self =
            switch domain {
            case .absent: .absent
            case .prePersonalized: .prePersonalized
            case .keysRotated: .keysRotated
            case .personalized: .personalized
            case .active: .active
            case .locked: .locked
            case .deleted: .deleted
            }
    }
}

extension HexBytes {
    init(_ aid: AID) { self.init(aid.bytes) }

    func aid(field: String) throws(Problem) -> AID {
        do throws(AIDError) {
            return try AID(bytes)
        } catch {
            throw Problem(.invalidField, detail: error.description, field: field)
        }
    }

    init(statusWord: UInt16) { self.init([UInt8(statusWord >> 8), UInt8(statusWord & 0xFF)]) }
}

/// Reads a value of the directory; what cannot be becomes a problem that names its field.
func reading<Value>(_ read: () throws(DirectoryValueError) -> Value) throws(Problem) -> Value {
    do throws(DirectoryValueError) {
        return try read()
    } catch {
        throw Problem(.invalidField, detail: error.reason, field: error.field)
    }
}
