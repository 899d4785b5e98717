import COpenSSL

/// The named numbers, byte strings and texts that a key is made of, in the memory that libcrypto's builder points to.
final class KeyComponents {
    private let builder = require(OSSL_PARAM_BLD_new(), "OSSL_PARAM_BLD_new")
    /// The builder keeps pointers until the parameters are made; names are pointed to even by the parameters.
    private var buffers: [UnsafeMutableRawBufferPointer] = []
    private var numbers: [OpaquePointer] = []

    deinit {
        OSSL_PARAM_BLD_free(builder)
        numbers.forEach(BN_clear_free)
        buffers.forEach { $0.deallocate() }
    }

    /// A number, big-endian.
    func add(_ name: String, number bytes: UnsafeRawBufferPointer) {
        let number = require(
            BN_bin2bn(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), nil), "BN_bin2bn")
        numbers.append(number)
        require(OSSL_PARAM_BLD_push_BN(builder, keep(text: name), number), "OSSL_PARAM_BLD_push_BN")
    }

    func add(_ name: String, number bytes: [UInt8]) { bytes.withUnsafeBytes { add(name, number: $0) } }

    func add(_ name: String, number bytes: SecretBytes) { bytes.withUnsafeBytes { add(name, number: $0) } }

    func add(_ name: String, bytes: [UInt8]) {
        let result = OSSL_PARAM_BLD_push_octet_string(builder, keep(text: name), keep(bytes), bytes.count)
        require(result, "OSSL_PARAM_BLD_push_octet_string")
    }

    func add(_ name: String, text: String) {
        require(
            OSSL_PARAM_BLD_push_utf8_string(builder, keep(text: name), keep(text: text), 0),
            "OSSL_PARAM_BLD_push_utf8_string")
    }

    /// Gives the components to `body` as libcrypto's parameters, once.
    func withParameters<Result>(_ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result) -> Result {
        let parameters = require(OSSL_PARAM_BLD_to_param(builder), "OSSL_PARAM_BLD_to_param")
        defer { OSSL_PARAM_free(parameters) }
        return body(parameters)
    }

    private func keep(_ bytes: [UInt8]) -> UnsafeRawPointer? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        buffer.copyBytes(from: bytes)
        buffers.append(buffer)
        return UnsafeRawPointer(buffer.baseAddress)
    }

    private func keep(text: String) -> UnsafePointer<CChar>? {
        keep(Array(text.utf8) + [0])?.assumingMemoryBound(to: CChar.self)
    }
}
