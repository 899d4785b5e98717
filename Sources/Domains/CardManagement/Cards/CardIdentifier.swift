import CardCryptography
public import GlobalPlatform
import ISO7816

/// What tells one card from another in journals: letters, digits and `-`.
public struct CardIdentifier: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    /// Issuer identification number and card image number (`42`, `45`), which together are unique by definition.
    /// GPC v2.3.1 §7.4.1.
    public init?(issuerIdentificationNumber: [UInt8], cardImageNumber: [UInt8]) {
        guard !issuerIdentificationNumber.isEmpty, !cardImageNumber.isEmpty else { return nil }
        text = Self.fitting("cin-\(issuerIdentificationNumber.hex)-\(cardImageNumber.hex)")
    }

    /// Fabricator, fabrication date, batch and serial number of the chip.
    public init(_ data: CardProductionLifeCycleData) {
        let numbers = [
            String(data.fabricator, radix: 16), String(data.fabricationDate, radix: 16), String(data.batch, radix: 16),
            String(data.serialNumber, radix: 16),
        ]
        text = "cplc-" + numbers.joined(separator: "-").uppercased()
    }

    /// Key diversification data, for cards that tell nothing else.
    public init(diversificationData: [UInt8]) {
        text = Self.fitting("kdd-\(diversificationData.hex)")
    }

    /// A record's name holds other things too: what is long is hashed.
    private static func fitting(_ text: String) -> String {
        text.utf8.count <= 64 ? text : "sha256-" + Digest.hash(Array(text.utf8)).prefix(16).hex
    }

    public var description: String { text }
}
