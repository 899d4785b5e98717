/// What the local agent offers at the start of a session. GP SERAM 2.0, schema `ramHandshakeCommand`.
public struct RAMHandshakeCommand: Hashable, Sendable {
    /// The secure elements within reach, the preferred one first.
    public var secureElements: [SecureElementDescription]
    /// Absent: `HTTPS`.
    public var supportedTransportProtocols: [String]?
    /// Absent: `application/json`.
    public var supportedDataFormats: [String]?
    /// Absent: `2.0.0`.
    public var supportedVersions: [String]?

    public init(
        secureElements: [SecureElementDescription], supportedTransportProtocols: [String]? = nil,
        supportedDataFormats: [String]? = nil, supportedVersions: [String]? = nil
    ) {
        self.secureElements = secureElements
        self.supportedTransportProtocols = supportedTransportProtocols
        self.supportedDataFormats = supportedDataFormats
        self.supportedVersions = supportedVersions
    }
}

extension RAMHandshakeCommand: Codable {
    private enum CodingKeys: String, CodingKey {
        case secureElements, supportedTransportProtocols, supportedDataFormats, supportedVersions
        // The published example writes the singular where the schema has the plural; both are read, the plural is sent.
        case supportedVersion
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        secureElements = try container.decode([SecureElementDescription].self, forKey: .secureElements)
        supportedTransportProtocols = try container.decodeIfPresent(
            [String].self, forKey: .supportedTransportProtocols)
        supportedDataFormats = try container.decodeIfPresent([String].self, forKey: .supportedDataFormats)
        supportedVersions =
            try container.decodeIfPresent([String].self, forKey: .supportedVersions)
            ?? container.decodeIfPresent([String].self, forKey: .supportedVersion)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(secureElements, forKey: .secureElements)
        try container.encodeIfPresent(supportedTransportProtocols, forKey: .supportedTransportProtocols)
        try container.encodeIfPresent(supportedDataFormats, forKey: .supportedDataFormats)
        try container.encodeIfPresent(supportedVersions, forKey: .supportedVersions)
    }
}

/// What the remote agent chose among the offers. GP SERAM 2.0, schema `ramHandshakeResponse`.
public struct RAMHandshakeResponse: Hashable, Sendable {
    public var chosenTransportProtocol: String
    public var chosenDataFormat: String
    public var chosenVersion: String

    public static let transportProtocol = "HTTPS"
    public static let dataFormat = "application/json"
    public static let version = "2.0.0"

    public init(
        chosenTransportProtocol: String = Self.transportProtocol, chosenDataFormat: String = Self.dataFormat,
        chosenVersion: String = Self.version
    ) {
        self.chosenTransportProtocol = chosenTransportProtocol
        self.chosenDataFormat = chosenDataFormat
        self.chosenVersion = chosenVersion
    }

    /// The one combination this implementation speaks, or `nil` when `offer` does not contain it (HTTP 406).
    public init?(choosingFrom offer: RAMHandshakeCommand) {
        guard (offer.supportedTransportProtocols ?? [Self.transportProtocol]).contains(Self.transportProtocol),
            (offer.supportedDataFormats ?? [Self.dataFormat]).contains(Self.dataFormat),
            (offer.supportedVersions ?? [Self.version]).contains(Self.version)
        else { return nil }
        self.init()
    }
}

extension RAMHandshakeResponse: Codable {
    private enum CodingKeys: String, CodingKey {
        case chosenTransportProtocol, chosenDataFormat, chosenVersion
        // The schema requires `chosenDataProtocol` and describes `chosenDataFormat`: both are sent, either is read.
        case chosenDataProtocol
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        chosenTransportProtocol = try container.decode(String.self, forKey: .chosenTransportProtocol)
        chosenVersion = try container.decode(String.self, forKey: .chosenVersion)
        let format = try container.decodeIfPresent(String.self, forKey: .chosenDataFormat)
        let `protocol` = try container.decodeIfPresent(String.self, forKey: .chosenDataProtocol)
        guard let chosen = format ?? `protocol` else {
            throw DecodingError.keyNotFound(
                CodingKeys.chosenDataFormat,
                .init(codingPath: container.codingPath, debugDescription: "chosenDataFormat is missing"))
        }
        guard `protocol` == nil || `protocol` == chosen else {
            throw DecodingError.dataCorruptedError(
                forKey: .chosenDataProtocol, in: container,
                debugDescription: "chosenDataFormat and chosenDataProtocol contradict each other")
        }
        chosenDataFormat = chosen
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(chosenTransportProtocol, forKey: .chosenTransportProtocol)
        try container.encode(chosenDataFormat, forKey: .chosenDataFormat)
        try container.encode(chosenDataFormat, forKey: .chosenDataProtocol)
        try container.encode(chosenVersion, forKey: .chosenVersion)
    }
}
