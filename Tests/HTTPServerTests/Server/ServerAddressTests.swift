import HTTPServer
import Testing

@Suite("Where the server may listen")
struct ServerAddressTests {
    @Test("loopback needs no certificate", arguments: ["127.0.0.1", "127.255.255.254", "::1", "localhost"])
    func loopback(host: String) throws { _ = try ServerAddress(host: host, port: 0) }

    @Test(
        "an address that others reach is refused without TLS, with the next step",
        arguments: [
            "0.0.0.0", "::", "192.168.1.10", "tsm.example", "127.0.0", "127.0.0.256", "127.0.0.1.evil.example",
            "localhost.example", "128.0.0.1", "",
        ])
    func refused(host: String) throws {
        let error = #expect(throws: ServerAddressError.certificateNeeded(host: host)) {
            try ServerAddress(host: host, port: 8443)
        }
        #expect(error?.description.contains("--tls-certificate") == true)
        let files = ServerAddress.CertificateFiles(chain: "chain.pem", privateKey: "key.pem")
        #expect(try ServerAddress(host: host, port: 8443, certificate: files).host == host)
    }

    @Test("65 535 is a port, 65 536 and -1 are none")
    func ports() throws {
        _ = try ServerAddress(host: "::1", port: 65_535)
        #expect(throws: ServerAddressError.portOutOfRange(65_536)) { try ServerAddress(host: "::1", port: 65_536) }
        #expect(throws: ServerAddressError.portOutOfRange(-1)) { try ServerAddress(host: "::1", port: -1) }
    }
}
