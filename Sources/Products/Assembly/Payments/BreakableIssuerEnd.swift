import ISO8583
public import ISO8583Link
public import Issuing

/// An issuer's end of a line that can break behind what it has just done, and be mended: for demonstrations and tests.
public actor BreakableIssuerEnd {
    private let door: AcquirerDoor
    private let agreed: LineProtocol
    private var port = 0
    private var serving: Task<Void, any Error>?
    private var breaksAfterNextPurchase = false

    public init(_ issuer: CardIssuer, clock: any IssuerClock = SystemClock(), protocol agreed: LineProtocol) {
        door = AcquirerDoor(issuer: issuer, clock: clock)
        self.agreed = agreed
    }

    /// Listens on this machine: on a free port first, on the same one later.
    ///
    /// - Returns: the port.
    /// - Throws: what the server ended with before it listened.
    @discardableResult
    public func open() async throws -> Int {
        let (ports, found) = AsyncStream<Int>.makeStream()
        let server = ISO8583Server(ISO8583ServerConfiguration(protocol: agreed)) { [weak self, door] request in
            let answer = await door.answer(request)
            guard request.type.withoutRepeat == .financialRequest, await self?.breaks() == true else { return answer }
            return nil
        }
        let serving = Task { [port] in
            defer { found.finish() }
            try await server.run(host: "127.0.0.1", port: port) { found.yield($0) }
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await serving.value
            throw CancellationError()
        }
        self.serving = serving
        self.port = port
        return port
    }

    /// The issuer does the next purchase, and the line breaks before its answer.
    public func breakAfterNextPurchase() { breaksAfterNextPurchase = true }

    private func breaks() -> Bool {
        guard breaksAfterNextPurchase else { return false }
        breaksAfterNextPurchase = false
        serving?.cancel()
        return true
    }

    /// Takes no connections any more, and ends those that there are.
    public func close() async {
        serving?.cancel()
        _ = try? await serving?.value
        serving = nil
    }

    /// Listens again where it did before.
    public func mend() async throws {
        await close()
        try await open()
    }
}
