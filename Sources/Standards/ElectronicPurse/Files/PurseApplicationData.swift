import ISO7816

/// The public application data of a card, file 15.
///
///     type (1) | … (1) | city (2) | … (6) | card number (10) | start (4) | expiry (4) | … (2)
///
/// The number is 20 digits of which the first does not count; dates are YYYYMMDD. Cards of the older layout have only the
/// last 16 digits, in the same place.
public struct PurseApplicationData: PurseField {
    public static let length = 30
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) { self.bytes = try Self.check(bytes) }

    /// A card of the transport profile.
    ///
    /// - Parameters:
    ///   - number: 19 digits.
    ///   - start: YYYYMMDD in BCD, as `expiry`.
    /// - Throws: ``PurseFieldError/notDecimal`` for a number that is not 19 digits.
    public init(
        type: UInt8 = 0x01, city: [UInt8] = [0x00, 0x00], number: String, start: [UInt8], expiry: [UInt8]
    ) throws(PurseFieldError) {
        let digits = ("0" + number).utf8.map { $0 &- 0x30 }
        guard digits.count == 20, digits.allSatisfy({ $0 <= 9 }) else { throw .notDecimal }
        let packed = stride(from: 0, to: 20, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        guard city.count == 2, start.count == 4, expiry.count == 4 else {
            throw .length(found: city.count + start.count + expiry.count, expected: 10)
        }
        bytes = [type, 0x00] + city + [UInt8](repeating: 0, count: 6) + packed + start + expiry + [0x00, 0x00]
    }

    public var type: UInt8 { bytes[0] }
    public var city: [UInt8] { Array(bytes[2...3]) }
    /// 19 digits.
    public var number: String { String(Array(bytes[10...19]).hex.dropFirst()) }
    public var start: [UInt8] { Array(bytes[20...23]) }
    public var expiry: [UInt8] { Array(bytes[24...27]) }

    /// What the keys of the card are derived from, and what one card is told from another by.
    public var serial: PurseSerial {
        guard let serial = try? PurseSerial(bytes[12...19]) else { preconditionFailure("eight bytes are a serial") }
        return serial
    }

    /// Whether the card is valid on that day; a date of zeros is none.
    public func isValid(on moment: PurseMoment) -> Bool {
        let day = moment.date.hex
        return start.hex <= day && (expiry.allSatisfy { $0 == 0 } || day <= expiry.hex)
    }
}
