/// The enterprise service bus option of Fig. 9: modules exchange messages through one bounded queue instead of calling
/// each other directly (alternatives A4, B4, C4; TSM-33).
public actor ServiceBus {
    /// The modules that messages are addressed to.
    public enum Module: String, Sendable, CaseIterable { case query, receive, transmit }

    /// How many messages each module has handled.
    public private(set) var delivered: [Module: Int] = [:]
    private var queued = 0

    /// Messages under way at most.
    public static let messagesMax = 4_096

    public init() {}

    /// Puts a message for `module` on the bus and waits for its reply.
    func deliver<Reply: Sendable>(
        to module: Module, _ message: @escaping @Sendable () async -> Reply
    ) async -> Reply? {
        guard queued < Self.messagesMax else { return nil }
        queued += 1
        delivered[module, default: 0] += 1
        let reply = await Task { await message() }.value
        queued -= 1
        return reply
    }
}

/// How the modules reach each other.
public enum ModuleLink: Sendable {
    case direct
    case bus(ServiceBus)

    func call<Reply: Sendable>(
        _ module: ServiceBus.Module,
        _ message: @escaping @Sendable () async throws(TSMError) -> Reply
    ) async throws(TSMError) -> Reply {
        switch self {
        case .direct:
            return try await message()
        case .bus(let bus):
            let reply = await bus.deliver(to: module) { () async -> Result<Reply, TSMError> in
                do throws(TSMError) { return .success(try await message()) } catch { return .failure(error) }
            }
            guard let reply else { throw .unreachable(reason: "the service bus is full; try again") }
            return try reply.get()
        }
    }
}
