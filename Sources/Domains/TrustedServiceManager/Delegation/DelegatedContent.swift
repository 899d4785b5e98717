public import ISO7816

/// What a provider has put on a card by Delegated Management, as receipts and readings told.
public struct DelegatedContent: Hashable, Sendable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable { case loadFile, application }

    public var secureElement: SecureElementIdentifier
    public var provider: ServiceProviderID
    public var aid: AID
    public var kind: Kind
    /// Where it is.
    public var securityDomain: AID
    /// Of an application: what it was made from.
    public var loadFile: AID?
    public var isSelectable: Bool

    public init(
        secureElement: SecureElementIdentifier, provider: ServiceProviderID, aid: AID, kind: Kind,
        securityDomain: AID, loadFile: AID? = nil, isSelectable: Bool = false
    ) {
        self.secureElement = secureElement
        self.provider = provider
        self.aid = aid
        self.kind = kind
        self.securityDomain = securityDomain
        self.loadFile = loadFile
        self.isSelectable = isSelectable
    }
}

/// One step of Delegated Management, in full: what its receipt confirms follows from it.
public enum DelegatedStep: Hashable, Sendable, Codable {
    case load(AID, under: AID)
    case install(AID, from: AID, under: AID, isSelectable: Bool)
    case makeSelectable(AID, from: AID)
    case extradition(AID, from: AID, to: AID)
    case deletion(AID)

    public var object: AID {
        switch self {
        case .load(let aid, _), .install(let aid, _, _, _), .makeSelectable(let aid, _), .extradition(let aid, _, _),
            .deletion(let aid):
            aid
        }
    }

    /// For messages and the audit trail.
    var name: String {
        switch self {
        case .load: "load"
        case .install: "install"
        case .makeSelectable: "makeSelectable"
        case .extradition: "extradition"
        case .deletion: "deletion"
        }
    }
}
