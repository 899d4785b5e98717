/// How long challenges, cryptograms and MACs are. GPC Amendment D v1.2 §5.1.
public enum SCP03Mode: Int, Sendable, CaseIterable {
    /// Eight bytes each, the legacy mode.
    case s8 = 8
    /// Sixteen bytes each.
    case s16 = 16

    /// The number of bytes of a challenge, a cryptogram and a MAC.
    public var length: Int { rawValue }
}
