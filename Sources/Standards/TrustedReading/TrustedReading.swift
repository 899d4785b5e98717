/// What both ends of the channels of a trusted reading agree on: a TEE application reads a contactless card through the
/// secure element, and the rich operating system between them carries ciphertext (TNFC).
///
///     TEE application ═ channel 1 (SCP03) ═ SA1 ─ shareable call ─ SA2 ═ channel 2 ═ NFC controller ))) card
public enum TrustedReading {
    /// The longest command or answer of a card that is carried.
    public static let messageLengthMax = 4_096
    /// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE of channel 1.
    public static let initializeUpdate: UInt8 = 0x50
    public static let externalAuthenticate: UInt8 = 0x82
    /// What waits in SA2 for the NFC controller, as a device fetches a proactive command (ETSI TS 102 223 §6.4). It is
    /// repeated while the answer is `6310`.
    public static let fetch: UInt8 = 0x12
    /// The NFC controller's answer, for SA2.
    public static let deliver: UInt8 = 0x14
    /// P2 of ``deliver`` when the answer goes on in the next one.
    public static let morePieces: UInt8 = 0x01
}
