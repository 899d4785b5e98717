public import ISO7816

/// What an operator has done to a card's content through the management domain, for nobody but this TSM itself: packages
/// that services are instantiated from, and applications of the MNO's or of a third party's own.
public enum ContentOrder: Hashable, Sendable {
    /// Loads a package without DAP.
    ///
    /// - `dataBlock`: the components of the Executable Load File, as in a CAP.
    case load(executableLoadFile: AID, dataBlock: [UInt8])
    /// Makes an application from a package, selectable at once.
    case install(executableLoadFile: AID, executableModule: AID, application: AID, parameters: [UInt8])
    /// Deletes an application or a package; `withRelated` takes a package's applications along.
    case delete(AID, withRelated: Bool)

    var object: AID {
        switch self {
        case .load(let aid, _), .install(_, _, let aid, _), .delete(let aid, _): aid
        }
    }

    var action: String {
        switch self {
        case .load: "content.load"
        case .install: "content.install"
        case .delete: "content.delete"
        }
    }
}

/// What the card's registry holds under an AID afterwards.
public struct ContentOutcome: Hashable, Sendable, Codable {
    public var aid: AID
    public var isPresent: Bool
    /// As in the registry (GPC v2.3.1 Tables 11-3 to 11-5); `nil` when it is not there.
    public var lifeCycle: UInt8?
    /// The security domain it is associated with, where the card tells.
    public var securityDomain: AID?

    public init(aid: AID, isPresent: Bool, lifeCycle: UInt8?, securityDomain: AID?) {
        self.aid = aid
        self.isPresent = isPresent
        self.lifeCycle = lifeCycle
        self.securityDomain = securityDomain
    }
}
