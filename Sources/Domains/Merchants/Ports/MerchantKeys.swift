public import CardCryptography
public import NFCForum

/// The platform's keys: they stay behind the port; what they do comes out.
///
/// No call waits for anything but the computation: they are made inside a transaction of the store.
public protocol MerchantKeys: Sendable {
    // MARK: Data at rest

    /// Encrypts for storage; `context` says what it belongs to and is authenticated.
    func seal(_ plaintext: SecretBytes, context: String) throws(MerchantsError) -> [UInt8]
    func unseal(_ sealed: [UInt8], context: String) throws(MerchantsError) -> SecretBytes

    /// A keyed digest, 32 bytes: equal for equal bytes and purposes, and saying nothing else.
    func tag(of bytes: SecretBytes, purpose: String) throws(MerchantsError) -> [UInt8]

    // MARK: Statements

    /// Signs a statement in the platform's name, in compact form.
    func sign(_ payload: [UInt8], type: String) throws(MerchantsError) -> String

    /// Whose signature it is that ``sign(_:type:)`` makes.
    func signingKey() throws(MerchantsError) -> (name: String, key: ECPublicKey)

    // MARK: Tags

    /// The signature that binds a tag's content to the tag: r and s, 64 bytes.
    func signTagContent(_ message: [UInt8]) throws(MerchantsError) -> [UInt8]
    func tagContentKey() throws(MerchantsError) -> ECPublicKey

    /// What a tag with secure dynamic messaging said, if it was that tag; `nil` for anything else.
    func secureDynamicMessage(
        _ message: SecureDynamicMessage, of tag: SecureDynamicTag
    ) throws(MerchantsError) -> VerifiedReading?

    /// The keys of one tag, for the device that writes it: encrypted with the device's transport key.
    ///
    /// - Throws: ``MerchantsError/invalid(field:reason:)`` for what is no transport key.
    func tagKeys(
        of tag: SecureDynamicTag, underTransportKey pem: String
    ) throws(MerchantsError) -> WrappedTagKeys
}

/// What the keys of a tag are derived from: its identifier, and how often it was made, so that no reading of what it was
/// before counts any more.
public struct SecureDynamicTag: Hashable, Sendable {
    /// Seven bytes.
    public var tagID: [UInt8]
    public var version: UInt32

    public init(tagID: [UInt8], version: UInt32) {
        self.tagID = tagID
        self.version = version
    }
}

/// A tag's keys on their way to the device that writes the tag.
public struct WrappedTagKeys: Hashable, Sendable, Codable {
    /// Encrypts identifier and counter; with RSA OAEP, SHA-256.
    public var metaReadKey: [UInt8]
    /// Authenticates them.
    public var fileReadKey: [UInt8]

    public init(metaReadKey: [UInt8], fileReadKey: [UInt8]) {
        self.metaReadKey = metaReadKey
        self.fileReadKey = fileReadKey
    }
}
