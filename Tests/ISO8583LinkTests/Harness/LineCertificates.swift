import Foundation
import ISO8583Link

/// Certificates for lines, each signed by itself, whose private keys everybody may know: the bank's for localhost and
/// 127.0.0.1, a till's, and that of somebody else, for stranger.example.
///
/// Made with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` and `openssl req -x509 -new -days 36500 -subj
/// /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1`, and so on.
struct LineCertificates: Sendable {
    let bank: LineCertificate
    let till: LineCertificate
    let stranger: LineCertificate
    private let folder: URL

    /// Of the bank's public key, by `openssl pkey -pubout -outform DER | openssl dgst -sha256`.
    static let bankFingerprint = "865356cc3b09890d90104c4822cf247a47f730fea073f9719f157b9cccaee690"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "line-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        bank = try Self.write("bank", Self.bankChain, Self.bankKey, to: folder)
        till = try Self.write("till", Self.tillChain, Self.tillKey, to: folder)
        stranger = try Self.write("stranger", Self.strangerChain, Self.strangerKey, to: folder)
    }

    func discard() { try? FileManager.default.removeItem(at: folder) }

    private static func write(
        _ name: String, _ chain: String, _ key: String, to folder: URL
    ) throws -> LineCertificate {
        let files = LineCertificate(
            chain: folder.appending(path: "\(name).pem").path, privateKey: folder.appending(path: "\(name).key").path)
        try Data(chain.utf8).write(to: URL(filePath: files.chain))
        try Data(key.utf8).write(to: URL(filePath: files.privateKey))
        return files
    }

    // MARK: - PEM

    private static let bankChain = """
        -----BEGIN CERTIFICATE-----
        MIIBmjCCAUGgAwIBAgIUOSfAbpfjaOEc/bJJTvh47NkQSuEwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE3NTMxOVoYDzIxMjYxMTAz
        MTc1MzE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQVT24cn/sol57HM49qVYUVxZE59zyk+LZegyKgYZJ1RZA8kbnGANq9
        H5aLHypNjDSqYEqW/7DiojPBMWgIudxSo28wbTAdBgNVHQ4EFgQUjX25+tgktx7I
        sj118stD9MuKzwEwHwYDVR0jBBgwFoAUjX25+tgktx7Isj118stD9MuKzwEwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDRwAwRAIgMa2M0a5xLlSTMKEKm/H0SpMAR9n51hHX/pvJkpZvolgCICKf
        sQR+3iBgSDG6DbMJVrbQCSndWOFa7rXZHsBREue6
        -----END CERTIFICATE-----
        """

    private static let bankKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJGAwihulg34sUNri
        luRR7yZMueWP+aO77ih4wzm3Pb2hRANCAAQVT24cn/sol57HM49qVYUVxZE59zyk
        +LZegyKgYZJ1RZA8kbnGANq9H5aLHypNjDSqYEqW/7DiojPBMWgIudxS
        -----END PRIVATE KEY-----
        """

    private static let tillChain = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASWgAwIBAgIUF0t+gasidGITKkGyJD1fR/xz0rMwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJcXVheS10aWxsMCAXDTI2MTEyNzE3NTMxOVoYDzIxMjYxMTAz
        MTc1MzE5WjAUMRIwEAYDVQQDDAlxdWF5LXRpbGwwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQDcYqmu4UGvTeQGDfd6cFgRfEM6Lg6yLiB5hDU9tPsKHb8m7rZs+P1
        2Nf3V658U41hNtSnOHrlH3E0gWfux8coo1MwUTAdBgNVHQ4EFgQUNeWqBCHAfCZX
        P0yDX5taDw4mHlEwHwYDVR0jBBgwFoAUNeWqBCHAfCZXP0yDX5taDw4mHlEwDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBnpi7XhqohWnufcBHo5RUH
        OHzUoXqnQRZEqqWldpH1wgIhAL6gpOqGhBaaXkTum1tUtUvfrbm1YFXZB/iPWaYa
        1Cs9
        -----END CERTIFICATE-----
        """

    private static let tillKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdAe4MKf5DvGaTArH
        Tk7fqpNxkNjGq/ltWWe1XYHzvqGhRANCAAQDcYqmu4UGvTeQGDfd6cFgRfEM6Lg6
        yLiB5hDU9tPsKHb8m7rZs+P12Nf3V658U41hNtSnOHrlH3E0gWfux8co
        -----END PRIVATE KEY-----
        """

    private static let strangerChain = """
        -----BEGIN CERTIFICATE-----
        MIIBmTCCAUCgAwIBAgIUIRk1ma6NYftrWNd9mtKMcsmqhMowCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIc3RyYW5nZXIwIBcNMjYxMTI3MTc1MzE5WhgPMjEyNjExMDMx
        NzUzMTlaMBMxETAPBgNVBAMMCHN0cmFuZ2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEfeB9yvU7Uqd7U5XuLyojw9FpxIWLcNJcDNiu5UJMeYkQRP4rA/jr4nPo
        VsX0Ftm4dEIIpDv12DfnlnyS4PekEqNwMG4wHQYDVR0OBBYEFJ1KIoCWjcMadGj2
        ftiyRuyjR3iSMB8GA1UdIwQYMBaAFJ1KIoCWjcMadGj2ftiyRuyjR3iSMA8GA1Ud
        EwEB/wQFMAMBAf8wGwYDVR0RBBQwEoIQc3RyYW5nZXIuZXhhbXBsZTAKBggqhkjO
        PQQDAgNHADBEAiBmaV6RnSpPqyHPx4B7p62Y7e1FiXN666sIOK5oqm7wUQIgNhqT
        LYET2ZHei4SW+MVIfsExrilk2pcNvpY/vu0ZO7k=
        -----END CERTIFICATE-----
        """

    private static let strangerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVY4jeTdqWJvIfiQk
        rqZJ8WHSZByqveAgrRSNAWaIWLChRANCAAR94H3K9TtSp3tTle4vKiPD0WnEhYtw
        0lwM2K7lQkx5iRBE/isD+Ovic+hWxfQW2bh0QgikO/XYN+eWfJLg96QS
        -----END PRIVATE KEY-----
        """
}
