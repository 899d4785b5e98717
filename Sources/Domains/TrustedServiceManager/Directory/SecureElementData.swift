public import ISO7816

/// The answer to *get SE data*: what a service provider may know of one secure element (TSM-01).
public struct SecureElementData: Hashable, Sendable, Codable {
    public var id: SecureElementIdentifier
    public var mobileNetwork: String
    /// Of the asking provider only, never of another.
    public var serviceProviderData: ServiceProviderData
    /// Index of the master key behind the keys of the provider's SD.
    public var masterKeyIndex: MasterKeyIndex
    public var profileID: String
    public var type: SecureElementType
    public var standard: StandardVersion
    public var certificationLevel: Int
    public var expiresAt: Int64
    /// Echoed.
    public var msi: MobileSubscriptionIdentifier
}

/// The part of SE data that belongs to one service provider.
public struct ServiceProviderData: Hashable, Sendable, Codable {
    /// The provider's SD on this secure element, or `nil` before pre-personalization.
    public var securityDomain: SecurityDomainDescription?
    public var services: [ServiceDescription]
}

/// How to open an SD: all that a script made beforehand needs besides the keys.
public struct SecurityDomainDescription: Hashable, Sendable, Codable {
    public enum KeyCustody: String, Sendable, Codable { case central, temporary, provider }

    public var aid: AID
    public var custody: KeyCustody
    public var keyVersionNumber: UInt8
    public var keyDiversificationData: [UInt8]
    /// The last one used: a script made beforehand counts on one more.
    public var sequenceCounter: UInt32
    public var implementation: UInt8
}

/// One service of the provider on the secure element.
public struct ServiceDescription: Hashable, Sendable, Codable {
    public var service: ServiceIdentifier
    public var qualifier: ServiceQualifier
    public var instance: AID
    public var status: ServiceStatus
}
