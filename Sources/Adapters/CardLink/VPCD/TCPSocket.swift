import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connected TCP socket for a thread that may block on it. Any thread may ``shutDown()`` it, which wakes the reader.
final class TCPSocket: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        // Small messages in both directions: never wait for an acknowledgement before sending the next one.
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    deinit { close(descriptor) }

    /// Connects to a host by name or address.
    static func connect(host: String, port: UInt16) throws(SocketError) -> TCPSocket {
        var lastError = SocketError(reason: "\(host) has no address")
        for address in try SocketAddress.resolve(host: host, port: port) {
            let descriptor = socket(address.family, streamType, 0)
            guard descriptor >= 0 else { throw SocketError(failed: "socket") }
            if address.withPointer({ platformConnect(descriptor, $0, $1) }) == 0 {
                return TCPSocket(descriptor: descriptor)
            }
            lastError = SocketError(failed: "connect to \(host):\(port)")
            close(descriptor)
        }
        throw lastError
    }

    /// Receives at least one byte; empty at the end of the stream.
    func receive(atMost count: Int = 65_536) throws(SocketError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            #if os(Linux)
                // Not sticky: without it before every recv, the two writes of vpcd 3.3 meet our delayed
                // acknowledgement and each exchange takes 44 ms.
                Self.set(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
            #endif
            let received = recv(descriptor, &bytes, count, 0)
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { throw SocketError(failed: "recv") }
            return Array(bytes.prefix(received))
        }
    }

    /// Sends all bytes, in one call if the system takes them at once.
    func send(_ bytes: [UInt8]) throws(SocketError) {
        var done = 0
        while done < bytes.count {
            let sent = bytes.withUnsafeBytes { buffer in
                platformSend(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw SocketError(failed: "send") }
            done += sent
        }
    }

    /// Ends both directions: a reader sees the end of the stream, a sender an error.
    func shutDown() { _ = shutdown(descriptor, bothDirections) }

    fileprivate static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // Options of speed only: a system that refuses one is slower, not wrong.
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Listens on the loopback interface.
    final class Listener: Sendable {
        private let descriptor: Int32
        let port: UInt16
        private let isClosed = Mutex(false)

        /// - Parameter port: 0 takes any free port.
        init(port: UInt16) throws(SocketError) {
            let address = SocketAddress.loopback(port: port)
            let opened = socket(address.family, streamType, 0)
            guard opened >= 0 else { throw SocketError(failed: "socket") }
            TCPSocket.set(opened, SOL_SOCKET, SO_REUSEADDR, 1)
            var bound = sockaddr_in()
            guard address.withPointer({ bind(opened, $0, $1) }) == 0, listen(opened, 4) == 0,
                Self.name(of: opened, &bound)
            else {
                let error = SocketError(failed: "listen on 127.0.0.1:\(port)")
                close(opened)
                throw error
            }
            descriptor = opened
            self.port = UInt16(bigEndian: bound.sin_port)
        }

        deinit { close(descriptor) }

        private static func name(of descriptor: Int32, _ address: inout sockaddr_in) -> Bool {
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
            }
        }

        /// Waits for the next connection; `nil` once the listener is shut down.
        func accept() throws(SocketError) -> TCPSocket? {
            while true {
                let connected = platformAccept(descriptor)
                if isClosed.withLock({ $0 }) {
                    if connected >= 0 { close(connected) }
                    return nil
                }
                if connected >= 0 { return TCPSocket(descriptor: connected) }
                guard errno == EINTR || errno == ECONNABORTED else { throw SocketError(failed: "accept") }
            }
        }

        func shutDown() {
            isClosed.withLock { $0 = true }
            _ = shutdown(descriptor, bothDirections)
        }
    }
}

/// A system call on a socket failed.
public struct SocketError: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    init(reason: String) { self.reason = reason }

    init(failed call: String) {
        let code = errno
        reason = "\(call): \(String(cString: strerror(code)))"
    }

    public var description: String { reason }
}

private struct SocketAddress {
    let family: Int32
    private let bytes: [UInt8]

    static func loopback(port: UInt16) -> SocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return SocketAddress(family: AF_INET, bytes: withUnsafeBytes(of: address) { Array($0) })
    }

    static func resolve(host: String, port: UInt16) throws(SocketError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = streamType
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw SocketError(reason: "\(host): \(String(cString: gai_strerror(status)))") }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                addresses.append(SocketAddress(family: entry.ai_family, bytes: Array(bytes)))
            }
            next = entry.ai_next
        }
        return addresses
    }

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return body(base, socklen_t(buffer.count))
        }
    }
}

#if canImport(Glibc)
    private let streamType = Int32(SOCK_STREAM.rawValue)
    private let bothDirections = Int32(SHUT_RDWR)
    private func platformConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32
    {
        Glibc.connect(descriptor, address, length)
    }
    private func platformAccept(_ descriptor: Int32) -> Int32 { Glibc.accept(descriptor, nil, nil) }
    private func platformSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        Glibc.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
    }
#else
    private let streamType = SOCK_STREAM
    private let bothDirections = SHUT_RDWR
    private func platformConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32
    {
        Darwin.connect(descriptor, address, length)
    }
    private func platformAccept(_ descriptor: Int32) -> Int32 { Darwin.accept(descriptor, nil, nil) }
    private func platformSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        Darwin.send(descriptor, bytes, count, 0)
    }
#endif
