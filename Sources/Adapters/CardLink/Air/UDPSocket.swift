#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A UDP socket on the loopback interface, for a thread that may block on it.
final class UDPSocket: Sendable {
    private let descriptor: Int32
    let port: UInt16

    /// - Parameter port: 0 takes any free port.
    init(port: UInt16) throws(SocketError) {
        let opened = socket(AF_INET, datagramType, 0)
        guard opened >= 0 else { throw SocketError(failed: "socket") }
        var address = UDPPeer(port: port).address
        guard Self.with(&address, { bind(opened, $0, $1) }) == 0 else {
            let error = SocketError(failed: "bind to 127.0.0.1:\(port)")
            close(opened)
            throw error
        }
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = Self.with(&bound) { pointer, _ in getsockname(opened, pointer, &length) }
        descriptor = opened
        self.port = UInt16(bigEndian: bound.sin_port)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8], to peer: UDPPeer) throws(SocketError) {
        var address = peer.address
        let sent = Self.with(&address) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
        guard sent == bytes.count else { throw SocketError(failed: "sendto 127.0.0.1:\(peer.port)") }
    }

    /// The next datagram; `nil` when none came in time.
    func receive(within limit: Duration) throws(SocketError) -> (bytes: [UInt8], peer: UDPPeer)? {
        let deadline = ContinuousClock.now + limit
        while true {
            let rest = max(ContinuousClock.now.duration(to: deadline), .zero)
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, rest.milliseconds)
            if ready < 0 && errno == EINTR { continue }
            guard ready >= 0 else { throw SocketError(failed: "poll") }
            guard ready > 0 else { return nil }
            if let datagram = try take() { return datagram }
        }
    }

    /// A datagram that is there; `nil` for an error that a peer's going away left behind.
    private func take() throws(SocketError) -> (bytes: [UInt8], peer: UDPPeer)? {
        var bytes = [UInt8](repeating: 0, count: AirDatagram.bytesMax)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = Self.with(&address) { pointer, _ in
            recvfrom(descriptor, &bytes, bytes.count, 0, pointer, &length)
        }
        guard count >= 0 else {
            guard errno == EINTR || errno == ECONNREFUSED else { throw SocketError(failed: "recvfrom") }
            return nil
        }
        return (Array(bytes.prefix(count)), UDPPeer(port: UInt16(bigEndian: address.sin_port)))
    }

    private static func with<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Somebody on this machine, by the port.
struct UDPPeer: Hashable, Sendable {
    var port: UInt16

    fileprivate var address: sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

extension Duration {
    /// Whole milliseconds, rounded up: a wait is never cut to nothing.
    fileprivate var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let total = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: total)
    }
}

#if canImport(Glibc)
    private let datagramType = Int32(SOCK_DGRAM.rawValue)
#else
    private let datagramType = SOCK_DGRAM
#endif
