/// Why a tag that was read leads to no payment.
public enum TagRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The content is no NDEF message of a tag of ours.
    case malformed(reason: String)
    /// The address leads elsewhere.
    case foreignAddress
    case unknown
    /// The content was made for a tag with another identifier.
    case copied
    /// The content was not made by this platform for this tag.
    case forged
    /// The tag was made anew since.
    case outdated
    case disabled
    case revoked
    case merchantSuspended
    /// A tag that says something new at every reading did not.
    case dynamicMessage
    /// What the tag said has been read before.
    case replayed

    public var description: String {
        switch self {
        case .malformed(let reason): "the tag's content cannot be read: \(reason)"
        case .foreignAddress: "the tag's address does not lead to this platform"
        case .unknown: "the tag is not known"
        case .copied: "the content was made for another tag"
        case .forged: "the content was not made by this platform for this tag"
        case .outdated: "the tag has been made anew; this is its earlier content"
        case .disabled: "the tag is disabled"
        case .revoked: "the tag is revoked"
        case .merchantSuspended: "the merchant is suspended"
        case .dynamicMessage: "the tag did not prove that it is the tag"
        case .replayed: "what the tag said has been read before"
        }
    }
}
