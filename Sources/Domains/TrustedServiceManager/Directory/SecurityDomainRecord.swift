public import ISO7816

/// The SD of one service provider on one secure element.
public struct SecurityDomainRecord: Hashable, Sendable, Codable {
    /// Who can open the SD.
    public enum Custody: Hashable, Sendable, Codable {
        /// Created, without keys of its own: the central SD's keys open it.
        case central
        /// The temporary key set, which the central TSM and the provider can derive.
        case temporary(KeyReference)
        /// The provider's own key set. The central TSM cannot open the SD any more (TSM-20).
        case provider(keyVersionNumber: UInt8)
    }

    public var secureElement: SecureElementIdentifier
    public var provider: ServiceProviderID
    public var aid: AID
    public var custody: Custody
    /// The last sequence counter used with the key set in force.
    public var sequenceCounter: UInt32

    public init(
        secureElement: SecureElementIdentifier, provider: ServiceProviderID, aid: AID, custody: Custody,
        sequenceCounter: UInt32
    ) {
        self.secureElement = secureElement
        self.provider = provider
        self.aid = aid
        self.custody = custody
        self.sequenceCounter = sequenceCounter
    }
}
