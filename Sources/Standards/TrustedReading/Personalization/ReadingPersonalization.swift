public import CardCryptography
public import ISO7816
import SecureChannel

/// What makes two instances SA1 and SA2 of one trusted reading: they name each other, share a secret, and each knows its
/// own outer end.
///
///     SA1  0001 the AID of SA2 | 8001 shared secret | 8101…817F the three keys of a TEE application
///     SA2  0001 the AIDs that may call, each with its length | 8001 shared secret | 8002 pairing key of the NFC controller
public struct ReadingPersonalization: Sendable {
    public var firstApplication: AID
    public var secondApplication: AID
    public var keys: ReadingKeys

    /// One data grouping; see EMV CPS v1.1 §2.
    public struct Grouping: Sendable {
        public let identifier: UInt16
        public let data: SecretBytes
    }

    public init(firstApplication: AID, secondApplication: AID, keys: ReadingKeys) {
        self.firstApplication = firstApplication
        self.secondApplication = secondApplication
        self.keys = keys
    }

    /// For SA1.
    public var first: [Grouping] {
        [Grouping(identifier: 0x0001, data: SecretBytes(secondApplication.bytes)), secret]
            + keys.applications.map { application in
                let own = application.keys
                return Grouping(
                    identifier: 0x8100 | UInt16(application.version),
                    data: own.enc.bytes + own.mac.bytes + own.dek.bytes)
            }
    }

    /// For SA2, which SA1 alone may call.
    public var second: [Grouping] {
        let caller = firstApplication.bytes
        return [
            Grouping(identifier: 0x0001, data: SecretBytes([UInt8(caller.count)] + caller)), secret,
            Grouping(identifier: 0x8002, data: keys.pairing.bytes),
        ]
    }

    private var secret: Grouping { Grouping(identifier: 0x8001, data: keys.secret.bytes) }
}

/// All keys of a trusted reading on one secure element, as its provider makes them.
public struct ReadingKeys: Sendable {
    /// The allow-list of SA1: one key set for each version number.
    public var applications: [ReadingApplicationKeys]
    /// Of the NFC controller.
    public var pairing: AESKey
    /// Between SA1 and SA2.
    public var secret: SharedSecret

    public init(applications: [ReadingApplicationKeys], pairing: AESKey, secret: SharedSecret) {
        self.applications = applications
        self.pairing = pairing
        self.secret = secret
    }

    /// Fresh ones for one TEE application, of version 1.
    public static func random(_ size: AESKey.Size = .aes128) -> ReadingKeys {
        guard let application = ReadingApplicationKeys(version: 1, keys: .random(size)),
            let secret = try? SharedSecret(.random(count: size.rawValue))
        else { preconditionFailure("a version number and a length that both take") }
        return ReadingKeys(applications: [application], pairing: .random(size), secret: secret)
    }
}
