public import CardCryptography
import ISO7816

/// A Data Grouping Identifier and its data, the unit of personalization. EMV CPS v1.1 §2.
public struct PersonalizationGrouping: Hashable, Sendable {
    public let identifier: UInt16
    public let data: SecretBytes
    /// Whether the data is a key or has one in it: it goes through the secure channel enciphered only.
    public let isConfidential: Bool

    public init(_ identifier: UInt16, _ data: [UInt8]) {
        self.identifier = identifier
        self.data = SecretBytes(data)
        isConfidential = false
    }

    public init(_ identifier: UInt16, confidential data: SecretBytes) {
        self.identifier = identifier
        self.data = data
        isConfidential = true
    }
}

extension PersonalizationGrouping: CustomStringConvertible {
    public var description: String { "DGI \(bigEndian(identifier).hex) \(data)" }
}
