/// What the card tells its issuer beside the cryptogram (tag 9F10): key, cryptogram version, card verification results.
///
///     Visa, UICS  length of the following six or seven (06 or 07) | key index | version | CVR (4) | …
///     Visa 2      1F | version 22 | key index | CVR (5) | …
///     M/Chip      key index | version | CVR (6) | DAC or dynamic number (2) | counters (8 or 16)
public struct IssuerApplicationData: Hashable, Sendable {
    /// The value of tag 9F10.
    public let bytes: [UInt8]
    public let version: CryptogramVersion
    /// The derivation key index: which of its master keys the issuer has to take.
    public let keyIndex: UInt8
    public let cardVerificationResults: [UInt8]
    /// M/Chip only, else empty.
    public let counters: [UInt8]

    /// EMV Book 3, Annex A.
    public static let lengthMax = 32

    /// Reads the value of tag 9F10; the version says which of the layouts it has.
    ///
    /// - Throws: ``IssuerApplicationDataError``.
    public init(_ bytes: [UInt8]) throws(IssuerApplicationDataError) {
        guard (3...Self.lengthMax).contains(bytes.count) else { throw .length(bytes.count) }
        let isVisaOrUICS = bytes[0] == 0x06 || bytes[0] == 0x07
        switch (CryptogramVersion(rawValue: bytes[1]), CryptogramVersion(rawValue: bytes[2])) {
        case (_, let version?) where isVisaOrUICS && (version == .visa10 || version == .visa18 || version == .uics01):
            try self.init(bytes, version, keyIndexAt: 1, results: 3..<7)
        case (.visa22?, _) where bytes[0] == 0x1F:
            try self.init(bytes, .visa22, keyIndexAt: 2, results: 3..<8)
        case (let version?, _)
        where [.mastercard16, .mastercard17, .mastercard20, .mastercard21].contains(version):
            try self.init(bytes, version, keyIndexAt: 0, results: 2..<8, countersFrom: 10)
        default:
            throw .unknownVersion
        }
    }

    private init(
        _ bytes: [UInt8], _ version: CryptogramVersion, keyIndexAt index: Int, results: Range<Int>,
        countersFrom counters: Int = .max
    ) throws(IssuerApplicationDataError) {
        guard bytes.count >= results.upperBound else { throw .length(bytes.count) }
        self.bytes = bytes
        self.version = version
        keyIndex = bytes[index]
        cardVerificationResults = Array(bytes[results])
        self.counters = counters < bytes.count ? Array(bytes[counters...]) : []
        guard version.issuerDataShare != .verificationResultsAndCounters || self.counters.count >= 8 else {
            throw .length(bytes.count)
        }
    }

    /// Visa's format of CVN 10 and 18: `06 | key index | version | CVR (4)`.
    ///
    /// - Throws: ``IssuerApplicationDataError``.
    public static func visa(
        _ version: CryptogramVersion, keyIndex: UInt8, cardVerificationResults: [UInt8],
        issuerDiscretionaryData: [UInt8] = []
    ) throws(IssuerApplicationDataError) -> IssuerApplicationData {
        guard version == .visa10 || version == .visa18 else { throw .unknownVersion }
        guard cardVerificationResults.count == 4 else { throw .length(3 + cardVerificationResults.count) }
        return try IssuerApplicationData(
            [0x06, keyIndex, version.rawValue] + cardVerificationResults + issuerDiscretionaryData)
    }

    /// M/Chip's format: `key index | version | CVR (6) | DAC (2) | counters (8)`.
    ///
    /// - Throws: ``IssuerApplicationDataError``.
    public static func mastercard(
        _ version: CryptogramVersion, keyIndex: UInt8, cardVerificationResults: [UInt8],
        dataAuthenticationCode: [UInt8] = [0, 0], counters: [UInt8] = [UInt8](repeating: 0, count: 8)
    ) throws(IssuerApplicationDataError) -> IssuerApplicationData {
        let bytes = [keyIndex, version.rawValue] + cardVerificationResults + dataAuthenticationCode + counters
        guard cardVerificationResults.count == 6, dataAuthenticationCode.count == 2 else { throw .length(bytes.count) }
        return try IssuerApplicationData(bytes)
    }
}

/// Why bytes are no issuer application data that a cryptogram could be checked with.
public enum IssuerApplicationDataError: Error, Equatable, Sendable, CustomStringConvertible {
    case length(Int)
    case unknownVersion

    public var description: String {
        switch self {
        case .length(let count): "issuer application data (9F10) of its format does not have \(count) bytes"
        case .unknownVersion: "issuer application data (9F10) names no known cryptogram version"
        }
    }
}
