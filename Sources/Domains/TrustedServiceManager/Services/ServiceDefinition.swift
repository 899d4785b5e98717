public import ISO7816

/// Number and version: names the general definition of a service.
public struct ServiceIdentifier: Hashable, Sendable, Codable, CustomStringConvertible {
    public var number: Int
    public var version: String

    public init(number: Int, version: String) throws(DirectoryValueError) {
        guard number > 0 else { throw DirectoryValueError(field: "service.id", reason: "a service number is positive") }
        guard (1...32).contains(version.utf8.count), version.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw DirectoryValueError(field: "service.version", reason: "1 to 32 printable ASCII characters")
        }
        self.number = number
        self.version = version
    }

    public var description: String { "\(number)/\(version)" }
}

/// SP name and payment account reference number: names the instance of a service that commands act on.
public struct ServiceQualifier: Hashable, Sendable, Codable, CustomStringConvertible {
    public var providerName: String
    /// PRN: uniquely names the credential. It is not the PAN.
    public var paymentReferenceNumber: String

    public init(providerName: String, paymentReferenceNumber: String) throws(DirectoryValueError) {
        guard (1...64).contains(providerName.utf8.count) else {
            throw DirectoryValueError(field: "qualifier.spName", reason: "1 to 64 bytes")
        }
        guard (1...64).contains(paymentReferenceNumber.utf8.count),
            paymentReferenceNumber.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw DirectoryValueError(field: "qualifier.prn", reason: "1 to 64 printable ASCII characters") }
        self.providerName = providerName
        self.paymentReferenceNumber = paymentReferenceNumber
    }

    public var description: String { "\(providerName)/\(paymentReferenceNumber)" }
}

/// What to instantiate for a service, and what a secure element must offer for it.
public struct ServiceDefinition: Hashable, Sendable, Codable {
    public var identifier: ServiceIdentifier
    public var name: String
    /// The package that already sits, uninstantiated, on the secure element.
    public var executableLoadFile: AID
    public var executableModule: AID
    /// 5–14 bytes; a two-byte number is appended for every instance.
    public var instanceAIDPrefix: [UInt8]
    public var installParameters: [UInt8]
    public var minimumStandard: StandardVersion
    public var minimumCertificationLevel: Int
    /// The providers that may use it; empty means every provider.
    public var providers: [ServiceProviderID]

    public init(
        identifier: ServiceIdentifier, name: String, executableLoadFile: AID, executableModule: AID,
        instanceAIDPrefix: [UInt8], installParameters: [UInt8] = [], minimumStandard: StandardVersion,
        minimumCertificationLevel: Int = 0, providers: [ServiceProviderID] = []
    ) throws(DirectoryValueError) {
        guard (5...14).contains(instanceAIDPrefix.count) else {
            throw DirectoryValueError(field: "instanceAIDPrefix", reason: "5 to 14 bytes; two are appended")
        }
        self.identifier = identifier
        self.name = name
        self.executableLoadFile = executableLoadFile
        self.executableModule = executableModule
        self.instanceAIDPrefix = instanceAIDPrefix
        self.installParameters = installParameters
        self.minimumStandard = minimumStandard
        self.minimumCertificationLevel = minimumCertificationLevel
        self.providers = providers
    }
}
