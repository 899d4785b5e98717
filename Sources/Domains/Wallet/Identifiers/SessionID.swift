/// A login on one device, named without its secret.
public struct SessionID: WalletIdentifier {
    public static let prefix = "ses_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
