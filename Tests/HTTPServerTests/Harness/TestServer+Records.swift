import ISO7816
import SERAM
import Storage
import TrustedServiceManager

extension TestServer {
    /// The AID of the bank's security domain, once it is prepared.
    static let securityDomain = "F053454E45534348414C0901"

    /// Puts the bank's security domain, with keys of its own, into the directory, as a pre-personalization would.
    func prepareSecurityDomain() async throws {
        try await store.commit([
            .putSecurityDomain(
                SecurityDomainRecord(
                    secureElement: try SecureElementIdentifier(value: Self.seID), provider: bankID,
                    aid: try AID(hex: Self.securityDomain), custody: .provider(keyVersionNumber: 0x31),
                    sequenceCounter: 0))
        ])
    }

    /// Puts a personalized instance of the bank's service into the directory.
    func preparePersonalizedService(_ status: ServiceStatus = .personalized) async throws {
        try await prepareSecurityDomain()
        try await store.commit([
            .putServiceInstance(
                ServiceInstanceRecord(
                    secureElement: try SecureElementIdentifier(value: Self.seID), provider: bankID,
                    service: try ServiceIdentifier(number: 7, version: "1.0"),
                    qualifier: try ServiceQualifier(providerName: "First Bank", paymentReferenceNumber: "PRN-1"),
                    instance: "F053454E4553534348010001", securityDomain: try AID(hex: Self.securityDomain),
                    status: status))
        ])
    }

    /// An agent that has a session: orders are handed to whoever exchanges in it.
    func attachAgent() async throws -> (RemoteAgent, session: String) {
        let id = try SecureElementIdentifier(value: Self.seID)
        let remote = networks.remoteAgent(of: "North")
        let session = try await remote.openSession(agent: id)
        _ = try await remote.handshake(
            sessionID: session, agent: id,
            command: RAMHandshakeCommand(
                secureElements: [SecureElementDescription(seType: .embedded, seId: Self.seID)]))
        return (remote, session)
    }
}
