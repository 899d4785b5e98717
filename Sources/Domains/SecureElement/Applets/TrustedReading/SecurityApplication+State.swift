import GlobalPlatform
import ISO7816

/// An application of a trusted reading, SA1 or SA2: what its provider personalizes is data groupings, and replaced as a whole.
protocol SecurityApplication: StoredApplet {
    associatedtype Profile: SecurityApplicationProfile
    /// `nil` before the first personalization.
    var profile: Profile? { get set }
    var unfinished: UnfinishedPersonalization? { get set }

    init()
}

/// What makes an instance one application.
protocol SecurityApplicationProfile {
    init(_ groupings: [DataGrouping]) throws(Refusal)
    var groupings: [DataGrouping] { get }
}

extension FirstApplicationProfile: SecurityApplicationProfile {}
extension SecondApplicationProfile: SecurityApplicationProfile {}

extension SecurityApplication {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// The last block replaces everything that was personalized before.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        guard block.isLastBlock else {
            self.unfinished = longer
            return
        }
        profile = try Profile(longer.allGroupings())
        self.unfinished = nil
    }

    private static var profileTag: BERTag { 0xC1 }
    private static var unfinishedTag: BERTag { 0xC3 }

    /// C1 the profile's data groupings, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        (profile.map { [BERTLV(Self.profileTag, $0.groupings.flatMap(\.bytes))] } ?? [])
            + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        self.init()
        var state = AppletStateReader(persistentState)
        if let bytes = state.nextIfPresent(Self.profileTag) {
            guard let groupings = try? DataGrouping.sequence(bytes), let profile = try? Profile(groupings) else {
                throw .impossible(Self.profileTag)
            }
            self.profile = profile
        }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }
}
