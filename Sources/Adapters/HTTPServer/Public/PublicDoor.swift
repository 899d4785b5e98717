import Hummingbird
import Logging
import NIOCore
import SeneschalAPI
import TrustedServiceManager

/// What anybody may ask for: how the server is, and what its contract is.
struct PublicDoor: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let networks: MobileNetworks

    func register(on router: inout DoorRouter) {
        router.onBytes(Endpoints.health.route) { _, visit in
            let health = API.Health(
                store: await storeState(visit), vault: await vaultState(visit),
                attachedAgents: await networks.attachedCount)
            return try Response(json: health, status: health.status == .ok ? .ok : .serviceUnavailable)
        }
        let document = ByteBuffer(string: OpenAPIDocument.text)
        router.onBytes(Endpoints.openAPI) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: document))
        }
    }

    private func storeState(_ visit: RequestVisit) async -> API.Health.State {
        do {
            _ = try await store.mobileNetwork("")
            return .ok
        } catch {
            visit.logger.error("the store failed its health check", metadata: ["error": "\(error)"])
            return .failed
        }
    }

    /// The vault is well when it opens what it sealed.
    private func vaultState(_ visit: RequestVisit) async -> API.Health.State {
        do {
            let sealed = try await keys.seal([0x5A], context: "health")
            return try await keys.unseal(sealed, context: "health") == [0x5A] ? .ok : .failed
        } catch {
            visit.logger.error("the vault failed its health check", metadata: ["error": "\(error)"])
            return .failed
        }
    }
}
