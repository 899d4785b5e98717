public import GlobalPlatform
public import ISO7816

/// Where the key material of security domains comes from: a vault, a file, a prompt.
public protocol CardKeySource: Sendable {
    /// The key material of the set that `request` describes.
    ///
    /// It is asked after INITIALIZE UPDATE, when the card has said which set it uses and its diversification data.
    /// - Throws: ``CardKeysUnavailable``.
    func material(for request: CardKeyRequest) async throws(CardKeysUnavailable) -> CardKeyMaterial
}

/// Which key set is wanted.
public struct CardKeyRequest: Hashable, Sendable {
    public var securityDomain: AID?
    /// As the card reported it.
    public var keyVersion: KeyVersionNumber?
    /// The Secure Channel Protocol, `02` or `03`.
    public var secureChannelProtocol: UInt8
    /// Ten bytes.
    public var diversificationData: [UInt8]

    public init(
        securityDomain: AID?, keyVersion: KeyVersionNumber?, secureChannelProtocol: UInt8, diversificationData: [UInt8]
    ) {
        self.securityDomain = securityDomain
        self.keyVersion = keyVersion
        self.secureChannelProtocol = secureChannelProtocol
        self.diversificationData = diversificationData
    }
}

/// Why there is no key material.
public struct CardKeysUnavailable: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { reason }
}

/// One key set for every request: for tests, development cards and keys typed in.
public struct FixedKeySource: CardKeySource {
    private let material: CardKeyMaterial

    public init(_ material: CardKeyMaterial) { self.material = material }

    public func material(for request: CardKeyRequest) throws(CardKeysUnavailable) -> CardKeyMaterial { material }
}
