/// A secure element as the agents name it. GP SERAM 2.0, schema `secureElement`.
public struct SecureElementDescription: Hashable, Sendable, Codable {
    public var seType: SecureElementType
    /// The identifier of the secure element; here the Card Image Number or other identifier the TSM registered.
    public var seId: String
    /// A comma-separated list of features, such as `SAM`.
    public var seExtraInfo: String?

    public init(seType: SecureElementType, seId: String, seExtraInfo: String? = nil) {
        self.seType = seType
        self.seId = seId
        self.seExtraInfo = seExtraInfo
    }
}

/// The kind of secure element. GP SERAM 2.0, schema `seType`.
public enum SecureElementType: String, Hashable, Sendable, Codable, CaseIterable {
    case embedded = "eSE"
    case integrated = "iSE"
    case uicc
    case euicc
    case ieuicc
    case undefined
}
