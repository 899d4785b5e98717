import Foundation
public import GlobalPlatform
public import ISO7816

/// A key set that takes the place of another, in two phases: the new set comes onto the card and proves itself while the
/// old one is still there, then the old one goes.
public struct KeyRotation: Sendable {
    /// `nil` is the default application.
    public var securityDomain: AID?
    public var oldVersion: KeyVersionNumber
    public var newVersion: KeyVersionNumber
    /// The new keys, or the master keys they follow from.
    public var newKeys: CardKeyMaterial
    public var place: Place
    /// `nil` is that of the protocol in use: from SCP02 to SCP03 it is ``ChannelKeyAlgorithm/aes``.
    public var algorithm: ChannelKeyAlgorithm?
    /// Goes on where the guard holds authentications back.
    public var isForced = false
    /// Without it both sets stay.
    public var deletesOld = true

    /// Where the new set goes.
    public enum Place: String, Codable, Hashable, Sendable {
        /// Beside the old one, which is the way back until the new one has proved itself.
        case beside
        /// In the place of the old one, whole or not at all (PUT KEY is atomic); there is no way back.
        case inPlace
    }

    /// - Parameter place: `nil` is beside, and in place where both versions are one.
    public init(
        securityDomain: AID? = nil, from oldVersion: KeyVersionNumber, to newVersion: KeyVersionNumber,
        newKeys: CardKeyMaterial, place: Place? = nil
    ) {
        self.securityDomain = securityDomain
        self.oldVersion = oldVersion
        self.newVersion = newVersion
        self.newKeys = newKeys
        self.place = place ?? (oldVersion == newVersion ? .inPlace : .beside)
    }

    func check() throws(CardManagementError) {
        guard newVersion.isAssignable else { throw .notAllowed("PUT KEY cannot give keys the version \(newVersion)") }
        guard place == .inPlace || oldVersion != newVersion else {
            throw .notAllowed("a set beside version \(oldVersion) needs another version")
        }
    }
}

/// What the journal knows of a rotation under way.
public struct KeyRotationRecord: Codable, Hashable, Sendable {
    public let securityDomain: AID?
    public let oldVersion: KeyVersionNumber
    public let newVersion: KeyVersionNumber
    public let place: KeyRotation.Place

    init(_ rotation: KeyRotation) {
        securityDomain = rotation.securityDomain
        oldVersion = rotation.oldVersion
        newVersion = rotation.newVersion
        place = rotation.place
    }

    static func key(_ securityDomain: AID?, on card: CardIdentifier) -> JournalKey? {
        JournalKey(rawValue: "rotate.\(card).\(securityDomain?.description ?? "default")")
    }
}

/// Which of two key sets a card holds, found out by INITIALIZE UPDATE alone.
public struct KeyRotationState: Equatable, Sendable {
    public var old: Presence
    public var new: Presence

    /// What a card shows of one key set.
    public enum Presence: String, Equatable, Sendable {
        /// The card proved to hold these keys.
        case verified
        /// There is a set of this version, with other keys.
        case otherKeys
        /// There is no set of this version.
        case absent
    }

    /// What is to be done next.
    enum NextStep: Equatable, Sendable {
        case putNew
        /// A set of the new version that is not the new one goes first.
        case deleteUnusableNew
        case proveNewAndDeleteOld
        case finished
    }

    /// - Parameter inPlace: the two sets have one version, or the new one takes the old one's place.
    func nextStep(_ rotation: KeyRotation) throws(CardManagementError) -> NextStep {
        switch (old, new) {
        case (.verified, .verified): return rotation.deletesOld ? .proveNewAndDeleteOld : .finished
        case (.absent, .verified), (.otherKeys, .verified): return .finished
        case (.verified, .absent): return .putNew
        case (.verified, .otherKeys): return rotation.oldVersion == rotation.newVersion ? .putNew : .deleteUnusableNew
        case (.absent, _), (.otherKeys, _):
            throw .notAllowed(
                """
                neither the old keys (version \(rotation.oldVersion)) nor the new ones (version \(rotation.newVersion)) \
                fit this card: look for the keys of an earlier or later rotation, and verify them; nothing was changed
                """)
        }
    }
}

/// What a rotation came to.
public struct KeyRotationOutcome: Equatable, Sendable {
    public var old: OldSet
    public var reconnections = 0
    /// An earlier attempt, or an earlier part of this one, had put the new set.
    public var wasResumed = false

    /// What became of the old key set.
    public enum OldSet: Equatable, Sendable {
        case deleted
        /// The new set took its place.
        case replaced
        /// It was to stay.
        case kept
        /// The card does not let it go.
        case refusedToGo(StatusWord)
    }
}
