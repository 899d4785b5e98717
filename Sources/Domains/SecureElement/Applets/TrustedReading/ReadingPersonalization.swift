import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import TrustedReading

/// SA1's personalization.
///
///     0001 the AID of SA2 | 8001 shared secret (16, 24 or 32) | 8101…817F the three keys of a TEE application
struct FirstApplicationProfile: Equatable, Sendable {
    let groupings: [DataGrouping]
    let secondApplication: AID
    let secret: SharedSecret
    /// The allow-list: the key sets of TEE applications by version number.
    let applications: [UInt8: ReadingApplicationKeys]

    static let applicationsMax = 8

    /// - Throws: `6A88` for a grouping that is not known, `6A80` for one that is malformed, missing or repeated.
    init(_ groupings: [DataGrouping]) throws(Refusal) {
        var second: AID?
        var secret: SharedSecret?
        var applications: [UInt8: ReadingApplicationKeys] = [:]
        for grouping in groupings {
            switch grouping.identifier {
            case 0x0001 where second == nil: second = try? AID(grouping.data)
            case 0x8001 where secret == nil: secret = try? SharedSecret(SecretBytes(grouping.data))
            case 0x8101...0x817F:
                let version = UInt8(grouping.identifier & 0x7F)
                guard applications[version] == nil, let keys = Self.keys(grouping.data, version: version) else {
                    throw Refusal(.incorrectData)
                }
                applications[version] = keys
            case 0x0001, 0x8001: throw Refusal(.incorrectData)
            default: throw Refusal(.referencedDataNotFound)
            }
        }
        guard let second, let secret, (1...Self.applicationsMax).contains(applications.count) else {
            throw Refusal(.incorrectData)
        }
        self.groupings = groupings
        secondApplication = second
        self.secret = secret
        self.applications = applications
    }

    private static func keys(_ bytes: [UInt8], version: UInt8) -> ReadingApplicationKeys? {
        guard bytes.count.isMultiple(of: 3) else { return nil }
        let secret = SecretBytes(bytes)
        let length = bytes.count / 3
        func key(_ index: Int) -> SecretBytes { secret.slice(index * length..<(index + 1) * length) }
        return (try? SCP03KeySet(enc: key(0), mac: key(1), dek: key(2))).flatMap {
            ReadingApplicationKeys(version: version, keys: $0)
        }
    }
}

/// SA2's personalization.
///
///     0001 the AIDs that may call, each with its length | 8001 shared secret | 8002 pairing key of the NFC controller
struct SecondApplicationProfile: Equatable, Sendable {
    let groupings: [DataGrouping]
    let callers: [AID]
    let secret: SharedSecret
    let pairing: AESKey

    static let callersMax = 4

    /// - Throws: `6A88` for a grouping that is not known, `6A80` for one that is malformed, missing or repeated.
    init(_ groupings: [DataGrouping]) throws(Refusal) {
        var callers: [AID]?
        var secret: SharedSecret?
        var pairing: AESKey?
        for grouping in groupings {
            switch grouping.identifier {
            case 0x0001 where callers == nil: callers = Self.callers(grouping.data)
            case 0x8001 where secret == nil: secret = try? SharedSecret(SecretBytes(grouping.data))
            case 0x8002 where pairing == nil: pairing = try? AESKey(grouping.data)
            case 0x0001, 0x8001, 0x8002: throw Refusal(.incorrectData)
            default: throw Refusal(.referencedDataNotFound)
            }
        }
        guard let callers, let secret, let pairing else { throw Refusal(.incorrectData) }
        self.groupings = groupings
        self.callers = callers
        self.secret = secret
        self.pairing = pairing
    }

    private static func callers(_ bytes: [UInt8]) -> [AID]? {
        var reader = ByteReader(bytes)
        var callers: [AID] = []
        while !reader.isAtEnd {
            guard let field = try? reader.lengthPrefixed("caller"), let caller = try? AID(field),
                !callers.contains(caller)
            else { return nil }
            callers.append(caller)
        }
        return (1...callersMax).contains(callers.count) ? callers : nil
    }
}
