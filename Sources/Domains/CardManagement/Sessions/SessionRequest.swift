public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// Which session is wanted: with whom, under which keys, how well protected.
public struct SessionRequest: Hashable, Sendable {
    /// `nil` selects the default application, the issuer security domain on most cards.
    public var securityDomain: AID?
    /// `nil` leaves the choice to the card (P1 `00`).
    public var keyVersion: KeyVersionNumber?
    /// `nil` takes the strongest that the card offers.
    public var level: SecurityLevel?
    /// `nil` takes what the card announces, S8 when it announces nothing.
    public var mode: SCP03Mode?
    /// Checks a pseudo-random card challenge, which proves Key-ENC before it is used. GPC Amendment D v1.2 §6.2.2.1.
    public var checksCardChallenge = true
    /// Goes on where the guard holds back. Wrong keys never reach the card all the same.
    public var isForced = false

    public init(
        securityDomain: AID? = nil, keyVersion: KeyVersionNumber? = nil, level: SecurityLevel? = nil,
        mode: SCP03Mode? = nil, isForced: Bool = false
    ) {
        self.securityDomain = securityDomain
        self.keyVersion = keyVersion
        self.level = level
        self.mode = mode
        self.isForced = isForced
    }
}
