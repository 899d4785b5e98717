public import CardCryptography
import ISO7816

/// What a tag put into its message for one reading, as the server gets it: proof that this tag was read this often.
///
///     let message = SecureDynamicMessage(piccData: .encrypted(picc), macInput: input, mac: mac)
///     let picc = try message.claimedIdentity(metaReadKey: keys.metaRead)          // whose tag, which reading
///     let reading = try message.verified(with: keys, after: lastCounter)   // or why not
///
/// NXP AN12196 §3, §4; NTAG 424 DNA data sheet §9.3.
public struct SecureDynamicMessage: Hashable, Sendable {
    /// How identifier and counter stand in the message.
    public enum PICCData: Hashable, Sendable {
        /// 16 bytes under SDMMetaReadKey.
        case encrypted([UInt8])
        case plain(PICCIdentity)
    }

    public let piccData: PICCData
    /// Whole blocks under the session's encryption key.
    public let encryptedFileData: [UInt8]
    /// The bytes of the file that the MAC is over.
    public let macInput: [UInt8]
    public let mac: [UInt8]

    public static let identifierLength = 7
    public static let piccDataLength = 16
    public static let macLength = 8
    /// Three bytes; the tag stops being read there.
    public static let counterMax: UInt32 = 0xFF_FFFF

    public init(piccData: PICCData, encryptedFileData: [UInt8] = [], macInput: [UInt8] = [], mac: [UInt8]) {
        self.piccData = piccData
        self.encryptedFileData = encryptedFileData
        self.macInput = macInput
        self.mac = mac
    }

    /// SDMReadCtr as the tag computes with it: the least significant byte first.
    static func counterBytes(_ counter: UInt32) -> [UInt8] {
        [UInt8(counter & 0xFF), UInt8(counter >> 8 & 0xFF), UInt8(counter >> 16 & 0xFF)]
    }
}

/// Which tag was read, for the how-manieth time.
public struct PICCIdentity: Hashable, Sendable {
    public let identifier: TagIdentifier
    public let counter: UInt32

    public init(identifier: TagIdentifier, counter: UInt32) {
        self.identifier = identifier
        self.counter = counter
    }
}

/// A reading that was proven.
public struct VerifiedReading: Hashable, Sendable {
    public let identifier: TagIdentifier
    /// To be kept: the next one is higher.
    public let counter: UInt32
    /// What the tag mirrored encrypted; empty when nothing.
    public let fileData: [UInt8]
}

// MARK: - Verification

extension SecureDynamicMessage {
    /// PICCDataTag: UID mirrored, counter mirrored, 7 bytes of UID.
    static let piccDataTag: UInt8 = 0xC7

    /// Whose tag says that it was read, before anything is proven: to find the tag's own key.
    ///
    /// - Throws: ``SecureDynamicMessageError``.
    public func claimedIdentity(metaReadKey: AESKey) throws(SecureDynamicMessageError) -> PICCIdentity {
        let ciphertext: [UInt8]
        switch piccData {
        case .plain(let identity):
            guard identity.identifier.bytes.count == Self.identifierLength, identity.counter <= Self.counterMax else {
                throw .notPICCData
            }
            return identity
        case .encrypted(let bytes): ciphertext = bytes
        }
        guard ciphertext.count == Self.piccDataLength else {
            throw .wrongLength(field: "PICC data", expected: Self.piccDataLength, found: ciphertext.count)
        }
        var cipher = AESCBC(key: metaReadKey)
        // One block.
        guard let plain = try? cipher.decrypt(ciphertext), plain[0] == Self.piccDataTag,
            let identifier = TagIdentifier(plain[1...7])
        else { throw .notPICCData }
        return PICCIdentity(
            identifier: identifier, counter: UInt32(plain[8]) | UInt32(plain[9]) << 8 | UInt32(plain[10]) << 16)
    }

    /// What the tag says, proven.
    ///
    /// - Parameter last: the counter of the tag's latest reading that was accepted, if there was one.
    /// - Throws: ``SecureDynamicMessageError``.
    public func verified(
        with keys: SecureDynamicKeys, after last: UInt32? = nil
    ) throws(SecureDynamicMessageError) -> VerifiedReading {
        let claimed = try claimedIdentity(metaReadKey: keys.metaRead)
        return try verified(claimed, fileReadKey: keys.fileRead, after: last)
    }

    /// What the tag claims, proven with the tag's own key.
    ///
    /// - Throws: ``SecureDynamicMessageError``.
    public func verified(
        _ claimed: PICCIdentity, fileReadKey: AESKey, after last: UInt32? = nil
    ) throws(SecureDynamicMessageError) -> VerifiedReading {
        guard mac.count == Self.macLength else {
            throw .wrongLength(field: "MAC", expected: Self.macLength, found: mac.count)
        }
        let keys = SecureDynamicSessionKeys(
            fileRead: fileReadKey, identifier: claimed.identifier.bytes, counter: claimed.counter)
        guard constantTimeEqual(keys.messageMAC(of: macInput), mac) else { throw .macDoesNotMatch }
        // Only now: who cannot compute the MAC learns nothing about the counter.
        if let last, claimed.counter <= last { throw .replayed(counter: claimed.counter, last: last) }
        var cipher = AESCBC(key: keys.encryption)
        guard
            let fileData = try? cipher.decrypt(
                encryptedFileData, initialValue: keys.initialValue(counter: claimed.counter))
        else { throw .wrongLength(field: "file data", expected: 16, found: encryptedFileData.count) }
        return VerifiedReading(identifier: claimed.identifier, counter: claimed.counter, fileData: fileData)
    }
}

/// Why a secure dynamic message proves nothing.
public enum SecureDynamicMessageError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongLength(field: String, expected: Int, found: Int)
    /// Another key, or no tag's data.
    case notPICCData
    case macDoesNotMatch
    /// This reading, or a later one, was seen before.
    case replayed(counter: UInt32, last: UInt32)
    /// The address has no parameter of this name, or not in this form.
    case parameter(String)

    public var description: String {
        switch self {
        case .wrongLength(let field, let expected, let found): "\(field) has \(expected) bytes, found \(found)"
        case .notPICCData: "the identifier and counter cannot be read"
        case .macDoesNotMatch: "the message's MAC does not match"
        case .replayed(let counter, let last): "reading \(counter) comes after reading \(last) was accepted"
        case .parameter(let name): "the address has no well-formed parameter \(name)"
        }
    }
}
