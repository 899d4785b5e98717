import Foundation
import HTTPServer

/// A certificate for localhost and 127.0.0.1, signed by itself, whose private key everybody may know.
///
/// Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out chain.pem
/// -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1`.
enum TestCertificate {
    static func write(to folder: URL) throws -> ServerAddress.CertificateFiles {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = ServerAddress.CertificateFiles(
            chain: folder.appending(path: "chain.pem").path, privateKey: folder.appending(path: "key.pem").path)
        try Data(chain.utf8).write(to: URL(filePath: files.chain))
        try Data(privateKey.utf8).write(to: URL(filePath: files.privateKey))
        return files
    }

    static let chain = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUZ61r1dwRBpGCAfAi5nnFt1m0M6swCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA2MjQyN1oYDzIxMjYxMDI4
        MDYyNDI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQsrm/icCMtS0EDSI6dW46elHu0frFqUZaPX2E2Iylkk5O/i5Jfiai0
        q0v6Hy+Y0eGahLF0i2n+5O+dFolabyfRo28wbTAdBgNVHQ4EFgQUQho4difct3Al
        MwF1azDxjLAZNeUwHwYDVR0jBBgwFoAUQho4difct3AlMwF1azDxjLAZNeUwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIgSo9mHa0kT+O4azLX88ceY4JYNtB7P5Gbn3BCfeRs03sCIQDW
        mx3hCRYGHHv6TipWib/bmbQ14n2QmZtkytHF878oIA==
        -----END CERTIFICATE-----
        """

    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgilnLc4V/6vVYilkN
        AwiC1Ca+jWkrctXJ/myjDKKNQJOhRANCAAQsrm/icCMtS0EDSI6dW46elHu0frFq
        UZaPX2E2Iylkk5O/i5Jfiai0q0v6Hy+Y0eGahLF0i2n+5O+dFolabyfR
        -----END PRIVATE KEY-----
        """
}
