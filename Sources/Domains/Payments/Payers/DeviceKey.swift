public import CardCryptography
import ISO7816

/// The public half of the key with which a payer's device confirms payments.
public struct DeviceKey: Hashable, Sendable, Codable {
    /// A point on P-256, uncompressed: 65 bytes.
    public let point: [UInt8]

    /// - Throws: ``PaymentsError/invalid(field:reason:)`` for anything but an uncompressed point on P-256.
    public init(point: some Collection<UInt8>) throws(PaymentsError) {
        guard let key = try? ECPublicKey(curve: .p256, uncompressedPoint: point) else {
            throw .invalid(field: "deviceKey", reason: "an uncompressed point on P-256")
        }
        self.point = key.uncompressedPoint
    }

    /// `kid` of what the device signs: it follows from the key.
    public var name: String { "device-" + Digest.hash(point).prefix(8).hex.lowercased() }

    public var publicKey: ECPublicKey? { try? ECPublicKey(curve: .p256, uncompressedPoint: point) }
}
