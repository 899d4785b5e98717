import CardCryptography
import ISO7816

/// What a card is asked with INTERNAL AUTHENTICATE.
///
///     nonce (16) | transaction hash (32) | terminal (1 to 64)
///
/// The server draws the nonce for one transaction; the terminal, whose name goes with it, cannot use the answer for
/// another one, and neither can anybody who relays it.
public struct SmartCardChallenge: Hashable, Sendable {
    public static let nonceLength = 16
    public static let hashLength = 32
    /// How long a server lets a challenge live.
    public static let lifetimeSecondsMax: Int64 = 30

    public let nonce: [UInt8]
    public let transactionHash: [UInt8]
    public let terminal: String

    /// - Throws: ``SmartCardError/challenge(count:)`` for another length of the nonce.
    public init(nonce: [UInt8], terms: CardTransactionTerms) throws(SmartCardError) {
        guard nonce.count == Self.nonceLength else { throw .challenge(count: nonce.count) }
        self.nonce = nonce
        transactionHash = terms.hash
        terminal = terms.terminal
    }

    /// Reads the data field of INTERNAL AUTHENTICATE.
    ///
    /// - Throws: ``SmartCardError/layout(_:)`` or ``SmartCardError/name``.
    public init(bytes: [UInt8]) throws(SmartCardError) {
        var reader = ByteReader(bytes)
        do {
            nonce = try reader.take(Self.nonceLength, "nonce")
            transactionHash = try reader.take(Self.hashLength, "transaction hash")
        } catch {
            throw .layout(error)
        }
        terminal = String(decoding: reader.rest(), as: UTF8.self)
        guard CardTransactionTerms.isName(terminal) else { throw .name }
    }

    public var bytes: [UInt8] { nonce + transactionHash + terminal.utf8 }

    /// nonce (16) | card identification (8) | terminal, length first | transaction hash (32)
    func message(for card: SmartCardIdentification) -> [UInt8] {
        nonce + card.bytes + [UInt8(terminal.utf8.count)] + terminal.utf8 + transactionHash
    }
}

/// A card's answer to a challenge, compared in constant time.
public struct SmartCardResponse: Sendable, CustomStringConvertible {
    public static let length = 16

    public let bytes: [UInt8]

    /// - Throws: ``SmartCardError/challenge(count:)``.
    public init(_ bytes: [UInt8]) throws(SmartCardError) {
        guard bytes.count == Self.length else { throw .challenge(count: bytes.count) }
        self.bytes = bytes
    }

    init(tag: [UInt8]) { bytes = tag }

    public var description: String { "‹\(bytes.count) bytes›" }
}

extension SmartCardResponse: Equatable {
    public static func == (left: Self, right: Self) -> Bool { constantTimeEqual(left.bytes, right.bytes) }
}
