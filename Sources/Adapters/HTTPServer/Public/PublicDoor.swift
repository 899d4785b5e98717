import Hummingbird
import Logging
import NIOCore
import SeneschalAPI

/// What anybody may ask for: how the server is, and what its contract is.
struct PublicDoor: Sendable {
    let contract: Contract
    let health: @Sendable (RequestVisit) async -> API.Health

    func register(on router: inout DoorRouter) {
        let health = health
        router.onBytes(Endpoints.health.route) { _, visit in
            let health = await health(visit)
            return try Response(json: health, status: health.status == .ok ? .ok : .serviceUnavailable)
        }
        let document = ByteBuffer(string: OpenAPIDocument(contract).text)
        router.onBytes(Endpoints.openAPI) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: document))
        }
    }
}

/// What a server does to find out whether a part of it is well.
func healthState(
    of part: String, _ visit: RequestVisit, _ check: () async throws -> Bool
) async -> API.Health.State {
    do {
        return try await check() ? .ok : .failed
    } catch {
        visit.logger.error("\(part) failed its health check", metadata: ["error": "\(error)"])
        return .failed
    }
}
