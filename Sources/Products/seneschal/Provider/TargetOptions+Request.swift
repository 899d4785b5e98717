import SeneschalAPI
import SeneschalClient

extension TargetOptions {
    /// The four names of a service on a secure element.
    func request(_ client: SeneschalClient) async throws -> API.ServiceRequest {
        let id: API.SecureElementIdentifier
        if let se {
            id = se.id
        } else {
            id = try await client.secureElementIdentifier(.init(msi: msi.msi)).seId
        }
        return API.ServiceRequest(
            seId: id, msi: msi.msi, service: service.service, qualifier: .init(spName: spName, prn: prn))
    }
}
