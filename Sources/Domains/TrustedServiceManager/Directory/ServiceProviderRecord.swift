/// Names a service provider; assigned at registration.
public struct ServiceProviderID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A service provider (SP) whose SP TSM asks on its behalf.
public struct ServiceProviderRecord: Hashable, Sendable, Codable {
    public var id: ServiceProviderID
    /// The name in service qualifiers.
    public var name: String
    /// The master key of this provider's temporary SD key sets.
    public var temporaryMasterKey: MasterKeyIndex
    /// The provider's transport public key (PEM): what the temporary master key is wrapped under.
    public var transportKey: String
    /// Distinguishes the SDs of this provider on every card.
    public var number: UInt16
    public var registeredAt: Int64

    public init(
        id: ServiceProviderID, name: String, temporaryMasterKey: MasterKeyIndex, transportKey: String, number: UInt16,
        registeredAt: Int64
    ) {
        self.id = id
        self.name = name
        self.temporaryMasterKey = temporaryMasterKey
        self.transportKey = transportKey
        self.number = number
        self.registeredAt = registeredAt
    }
}
