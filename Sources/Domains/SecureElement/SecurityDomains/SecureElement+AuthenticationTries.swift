import GlobalPlatform
import ISO7816

extension SecureElement {
    /// What is left to the security domain whose keys open sessions with `aid`; `nil` where the card does not count.
    func authenticationTries(of aid: AID) -> AuthenticationTries? {
        guard let max = memory.identity.authenticationFailuresMax,
            let domain = memory.securityDomain(memory.keyOwner(of: aid))
        else { return nil }
        return AuthenticationTries(left: Swift.max(0, max - domain.authenticationFailures), max: max)
    }
}
