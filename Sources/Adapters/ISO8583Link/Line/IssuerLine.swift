public import ISO8583
import NIOCore
import NIOPosix

/// An acquirer's line to an issuer: one connection that is kept up, and requests over it with their answers.
///
/// ```swift
/// let line = IssuerLine(IssuerLineConfiguration(host: "127.0.0.1", port: 8583), now: clock.now)
/// async let _: Void = line.run()
/// let answer = try await line.request(message)
/// ```
///
/// A request is sent once. Whoever gets no answer asks itself whether the issuer may have done it
/// (``IssuerLineError/mayHaveArrived``).
public actor IssuerLine {
    let configuration: IssuerLineConfiguration
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64
    private let events: @Sendable (LineEvent) -> Void
    private var pending = PendingRequests()
    /// Of the connection that is signed on.
    private var outbound: Outbound?
    private var wasSignedOn = false
    private var requestCount: UInt64 = 0
    private var networkTraceNumber = 0
    private var lastTraffic = ContinuousClock.now
    private var signedOnAt: Int64?
    private var lastEchoAt: Int64?
    private var lastHeardAt: Int64?
    private var upWaiters: [CheckedContinuation<Void, Never>] = []

    typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

    public init(
        _ configuration: IssuerLineConfiguration, now: @escaping @Sendable () -> Int64,
        events: @escaping @Sendable (LineEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.now = now
        self.events = events
    }

    public var isUp: Bool { outbound != nil }

    /// How the line is.
    public var state: LineState {
        LineState(
            signedOnAt: isUp ? signedOnAt : nil, isEncrypted: configuration.security != nil, lastEchoAt: lastEchoAt,
            lastHeardAt: lastHeardAt, waiting: pending.count)
    }

    /// Waits until the line is signed on, or was.
    public func untilUp() async {
        if isUp { return }
        await withCheckedContinuation { upWaiters.append($0) }
    }

    /// Sends a request and waits for its answer, which is matched by fields 7, 11, 32 and 41.
    ///
    /// - Throws: ``IssuerLineError``.
    public func request(_ message: Message) async throws(IssuerLineError) -> Message {
        guard let outbound else { throw .notConnected }
        return try await exchange(message, over: outbound)
    }

    /// Keeps the connection up until the task is cancelled.
    public func run() async {
        var backOff = configuration.backOffMin
        while !Task.isCancelled {
            let wasUp = await connectOnce()
            if wasUp { backOff = configuration.backOffMin }
            try? await Task.sleep(for: backOff)
            backOff = min(backOff * 2, configuration.backOffMax)
        }
        for waiter in upWaiters { waiter.resume() }
        upWaiters = []
    }

    // MARK: - One connection

    /// - Returns: whether it got as far as being signed on.
    private func connectOnce() async -> Bool {
        wasSignedOn = false
        do {
            let connection = try await connect()
            events(.connected(peer: connection.channel.remoteAddress?.description ?? "unknown"))
            try await connection.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.read(inbound, outbound) }
                    group.addTask { try await self.keepUp(outbound) }
                    // Either ends when the connection is over.
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
            events(.disconnected(reason: "the issuer closed the connection"))
        } catch {
            events(.disconnected(reason: "\(error)"))
        }
        goDown()
        return wasSignedOn
    }

    /// From here on nothing is sent; whoever waits is told at once.
    private func goDown() {
        outbound = nil
        pending.failAll(.connectionLost)
    }

    private func connect() async throws -> MessageChannel {
        let silenceMax = TimeAmount(configuration.echoInterval * 2 + configuration.answerTimeout)
        let security = configuration.security
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.messageChannel(silenceMax: silenceMax, security: security?.handler())
                }
            }
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: Outbound) async throws {
        defer { goDown() }
        for try await frame in inbound {
            let message: Message
            do {
                message = try configuration.protocol.message(Array(frame.readableBytesView))
            } catch {
                events(.refused(reason: "\(error)"))
                throw error
            }
            lastTraffic = .now
            lastHeardAt = now()
            if message.type.isRequest {
                try await answerIssuer(message, outbound)
            } else if pending.answer(message) {
                events(.received(message))
            } else {
                events(.late(message))
            }
        }
    }

    /// Signs on, then asks after the issuer whenever it has been silent.
    private func keepUp(_ outbound: Outbound) async throws {
        try await manage(.signOn, outbound)
        self.outbound = outbound
        wasSignedOn = true
        signedOnAt = now()
        lastTraffic = .now
        events(.signedOn)
        for waiter in upWaiters { waiter.resume() }
        upWaiters = []
        while true {
            let silence = ContinuousClock.now - lastTraffic
            if silence >= configuration.echoInterval {
                try await manage(.echo, outbound)
                lastEchoAt = now()
            } else {
                try await Task.sleep(for: configuration.echoInterval - silence)
            }
        }
    }

    private func manage(_ code: NetworkManagementCode, _ outbound: Outbound) async throws {
        networkTraceNumber = networkTraceNumber % 999_999 + 1
        var message = Message(.networkManagementRequest)
        try message.set(.transmissionTime, TransmissionTime(secondsSince1970: now()).text)
        try message.set(systemTraceAuditNumber: networkTraceNumber)
        try message.set(.networkManagementCode, code.rawValue)
        let answer = try await exchange(message, over: outbound)
        guard answer.responseCode == .approved else { throw SignOnRefused(code: answer.responseCode?.rawValue ?? "") }
    }

    /// An issuer asks whether the acquirer is there; it asks for nothing else.
    private func answerIssuer(_ request: Message, _ outbound: Outbound) async throws {
        events(.received(request))
        guard let answer = try? request.networkAnswer() else { return }
        try await outbound.write(ByteBuffer(frame: configuration.protocol.bytes(of: answer)))
    }

    // MARK: - One request

    private func exchange(_ request: Message, over outbound: Outbound) async throws(IssuerLineError) -> Message {
        guard let response = request.type.response, let key = MatchingKey(request) else { throw .notARequest }
        guard pending.count < configuration.requestsMax else {
            throw .notAccepted(reason: "\(configuration.requestsMax) requests are waiting, which is all there can be")
        }
        guard !pending.isWaiting(for: response, key) else {
            throw .notAccepted(reason: "a request with the same fields 7 and 11 is waiting for its answer")
        }
        requestCount += 1
        let number = requestCount
        let frame = ByteBuffer(frame: configuration.protocol.bytes(of: request))
        events(.sent(request))
        let timeout = configuration.answerTimeout
        let outcome = await withCheckedContinuation { continuation in
            let timer = Task {
                // Cancelled when the answer is there.
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                self.giveUp(number, .timedOut)
            }
            pending.insert(number, response, key, continuation, timer: timer)
            Task {
                do { try await outbound.write(frame) } catch { self.giveUp(number, .connectionLost) }
            }
        }
        return try outcome.get()
    }

    private func giveUp(_ number: UInt64, _ error: IssuerLineError) { pending.fail(number, error) }
}

/// The issuer does not want the line.
struct SignOnRefused: Error, CustomStringConvertible {
    let code: String
    var description: String { "the issuer refused network management with \(code)" }
}
