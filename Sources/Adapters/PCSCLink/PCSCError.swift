/// Why PC/SC could not do what was asked: a code of winscard, with what it means here and what helps.
public struct PCSCError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as a caller acts on it.
    public enum Kind: Equatable, Sendable, CaseIterable {
        /// libpcsclite is not installed.
        case noLibrary
        /// pcscd is not running, or stopped.
        case noService
        /// No reader is attached, or none has the name that was asked for.
        case noReader
        /// The reader is empty.
        case noCard
        /// The card was taken out, or lost its power.
        case cardRemoved
        /// Somebody else has reset the card: sessions and selections are gone.
        case cardReset
        /// The card does not answer, or not in a protocol that was asked for.
        case cardMute
        /// Another program uses the card for itself alone.
        case inUse
        case timeout
        /// The link to the card failed in the middle of an exchange.
        case communication
        case other
    }

    public let kind: Kind
    /// The call that failed.
    public let call: String
    /// The code, as pcsclite.h lists it: `8010001D`.
    public let code: UInt32
    /// The reader concerned, if one is.
    public var reader: String?

    public init(call: String, code: UInt32, reader: String? = nil) {
        self.call = call
        self.code = code
        self.reader = reader
        kind = Self.kinds[code] ?? .other
    }

    /// pcsclite.h, the codes that a client of a card can meet.
    private static let kinds: [UInt32: Kind] = [
        0x0000_FFFF: .noLibrary,  // CPCSC_NO_LIBRARY
        0x8010_0009: .noReader,  // SCARD_E_UNKNOWN_READER
        0x8010_000A: .timeout,  // SCARD_E_TIMEOUT
        0x8010_000B: .inUse,  // SCARD_E_SHARING_VIOLATION
        0x8010_000C: .noCard,  // SCARD_E_NO_SMARTCARD
        0x8010_000F: .cardMute,  // SCARD_E_PROTO_MISMATCH
        0x8010_0013: .communication,  // SCARD_F_COMM_ERROR
        0x8010_0016: .communication,  // SCARD_E_NOT_TRANSACTED
        0x8010_0017: .noReader,  // SCARD_E_READER_UNAVAILABLE
        0x8010_001D: .noService,  // SCARD_E_NO_SERVICE
        0x8010_001E: .noService,  // SCARD_E_SERVICE_STOPPED
        0x8010_002E: .noReader,  // SCARD_E_NO_READERS_AVAILABLE
        0x8010_002F: .communication,  // SCARD_E_COMM_DATA_LOST
        0x8010_0066: .cardMute,  // SCARD_W_UNRESPONSIVE_CARD
        0x8010_0067: .cardRemoved,  // SCARD_W_UNPOWERED_CARD
        0x8010_0068: .cardReset,  // SCARD_W_RESET_CARD
        0x8010_0069: .cardRemoved,  // SCARD_W_REMOVED_CARD
    ]

    public var description: String {
        let place = reader.map { " in “\($0)”" } ?? ""
        return switch kind {
        case .noLibrary: "the PC/SC library (libpcsclite) is not installed"
        case .noService: "the PC/SC service (pcscd) is not running"
        case .noReader: reader.map { "there is no reader “\($0)”" } ?? "no smart-card reader is attached"
        case .noCard: "there is no card\(place)"
        case .cardRemoved: "the card\(place) was removed or lost its power"
        case .cardReset: "another program has reset the card\(place)"
        case .cardMute: "the card\(place) does not answer in the protocol asked for"
        case .inUse: "another program keeps the card\(place) to itself"
        case .timeout: "no card came in time\(place)"
        case .communication, .other: "\(call)\(place) failed with \(String(code, radix: 16, uppercase: true))"
        }
    }

    /// What a person can do about it.
    public var nextStep: String {
        switch kind {
        case .noLibrary: "install it (Debian: apt-get install pcscd libpcsclite1), or use --vpcd or --card"
        case .noService:
            "start it (`systemctl start pcscd.socket`; Debian: apt-get install pcscd), or use --vpcd or --card"
        case .noReader: "`seneschal gp readers` lists the readers; plug one in or name another with --reader"
        case .noCard: "put a card in, or on, the reader"
        case .cardRemoved: "put the card back and repeat the command; what was under way is looked up on the card first"
        case .cardReset: "repeat the command; if it happens again, close the other program"
        case .cardMute: "try --protocol t0 or --protocol t1, or clean the contacts"
        case .inUse: "close the other program (often scdaemon, a browser or a mail program), then repeat the command"
        case .timeout: "put a card in, or wait longer with --wait SECONDS"
        case .communication, .other: "take the card out, put it back, and repeat the command"
        }
    }
}
