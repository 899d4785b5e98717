/// Why a cryptographic operation could not be carried out on what it was given.
public enum CryptographyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A key has a length that its algorithm does not know.
    case keyLength(found: Int, allowed: [Int])
    /// An initial value or nonce has the wrong length.
    case initialValueLength(found: Int, expected: Int)
    /// The input is not a whole number of blocks.
    case notBlockAligned(count: Int, blockLength: Int)
    /// The bytes do not end in ISO/IEC 9797-1 method 2 padding.
    case invalidPadding
    /// A sealed message was altered, or the key is another one.
    case authenticationFailed
    /// The bytes are not a key of the expected form.
    case malformedKey
    /// What was encrypted for a transport key cannot be recovered with this one.
    case cannotDecrypt
    /// The message is longer than the key can carry.
    case messageTooLong(count: Int, max: Int)
    /// The cost parameters of a password derivation are outside what is supported.
    case unsupportedCost

    public var description: String {
        switch self {
        case .keyLength(let found, let allowed):
            "a key has \(allowed.map(String.init).joined(separator: ", ")) bytes here, found \(found)"
        case .initialValueLength(let found, let expected): "the initial value has \(expected) bytes, found \(found)"
        case .notBlockAligned(let count, let length): "\(count) bytes are not a whole number of \(length)-byte blocks"
        case .invalidPadding: "the padding is not 80 00 … 00"
        case .authenticationFailed: "the authentication tag does not match"
        case .malformedKey: "the bytes are not a key of this form"
        case .cannotDecrypt: "the message was not encrypted for this key"
        case .messageTooLong(let count, let max): "the key carries \(max) bytes at most, found \(count)"
        case .unsupportedCost: "the cost parameters are not supported"
        }
    }
}

/// Stops the program when libcrypto fails where only exhausted memory or a broken installation can be the reason.
func require(_ result: Int32, _ operation: StaticString) {
    if result != 1 { preconditionFailure("\(operation) failed in libcrypto") }
}

/// The pointer that libcrypto made, which is `nil` only when memory is exhausted.
func require<Pointer>(_ pointer: Pointer?, _ operation: StaticString) -> Pointer {
    guard let pointer else { preconditionFailure("\(operation) failed in libcrypto") }
    return pointer
}
