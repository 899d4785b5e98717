/// The bytes a card sends when it is powered: here they tell a reader which transmission protocol to use.
/// ISO/IEC 7816-3 §8.
public struct AnswerToReset: Hashable, Sendable {
    public let bytes: [UInt8]

    /// The protocols a card offers.
    public enum Profile: String, Hashable, Sendable, CaseIterable {
        /// T=1 only: commands and responses travel whole. For GlobalPlatformPro, opensc and most others.
        case t1
        /// T=0 only: responses to commands with data are announced (`61xx`) and fetched. For clients that insist on T=0.
        case t0
    }

    /// The answer of a profile, with the historical bytes `SENESCHAL`.
    ///
    /// Not both protocols at once: clients that want T=0 fail when another client has negotiated T=1.
    public init(_ profile: Profile) {
        let historical = Array("SENESCHAL".utf8)
        switch profile {
        case .t0:
            bytes = [0x3B, UInt8(historical.count)] + historical
        case .t1:
            // T0: TD1 follows · TD1: T=1, nothing follows · TCK over all but TS, because a protocol other than T=0 is named.
            let checked = [0x80 | UInt8(historical.count), 0x01] + historical
            bytes = [0x3B] + checked + [checked.reduce(0, ^)]
        }
    }
}
