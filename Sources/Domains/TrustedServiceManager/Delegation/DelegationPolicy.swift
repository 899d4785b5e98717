public import ISO7816

/// What the central TSM lets one provider do by itself, token by token (Delegated Management, Figs. 7 and 8).
public struct DelegationPolicy: Hashable, Sendable, Codable {
    /// The steps that may be approved. Registry updates are not: what one did cannot be read back from a card.
    public enum Step: String, Sendable, Codable, CaseIterable {
        case load, install, makeSelectable, extradition, deletion
    }

    public var provider: ServiceProviderID
    public var steps: Set<Step>
    /// Packages and applications of the provider's begin with one of these, 5 to 16 bytes each.
    public var aidPrefixes: [[UInt8]]
    /// Packages of the central SD's that may be instantiated as well.
    public var packages: [AID]
    /// Objects of the provider's on one card, at most.
    public var objectsMax: Int

    public static let prefixesMax = 16
    public static let packagesMax = 16
    public static let objectsMaxRange = 1...256

    /// - Throws: ``DirectoryValueError`` unless the bounds above are kept.
    public init(
        provider: ServiceProviderID, steps: Set<Step> = Set(Step.allCases), aidPrefixes: [[UInt8]],
        packages: [AID] = [], objectsMax: Int = 16
    ) throws(DirectoryValueError) {
        guard (1...Self.prefixesMax).contains(aidPrefixes.count),
            aidPrefixes.allSatisfy({ (5...16).contains($0.count) })
        else {
            throw DirectoryValueError(
                field: "aidPrefixes", reason: "1 to \(Self.prefixesMax) beginnings of AIDs, 5 to 16 bytes each")
        }
        guard packages.count <= Self.packagesMax else {
            throw DirectoryValueError(field: "packages", reason: "\(Self.packagesMax) packages at most")
        }
        guard Self.objectsMaxRange.contains(objectsMax) else {
            throw DirectoryValueError(field: "objectsMax", reason: "1 to \(Self.objectsMaxRange.upperBound)")
        }
        self.provider = provider
        self.steps = steps
        self.aidPrefixes = aidPrefixes
        self.packages = packages
        self.objectsMax = objectsMax
    }

    func covers(_ aid: AID) -> Bool { aidPrefixes.contains { aid.hasPrefix($0) } }
}
