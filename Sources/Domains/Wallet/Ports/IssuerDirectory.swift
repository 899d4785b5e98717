/// The issuers that the wallet works with.
public protocol IssuerDirectory: Sendable {
    /// The way to one of them; `nil` for one that the wallet does not work with.
    func connection(to issuer: IssuerName) -> (any IssuerConnection)?
}
