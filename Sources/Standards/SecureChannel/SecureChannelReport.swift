/// What a card answers to INITIALIZE UPDATE, in whichever protocol it speaks: byte 11 of the answer tells.
public enum SecureChannelReport: Equatable, Sendable {
    case scp02(SCP02InitializeUpdateResponse)
    case scp03(InitializeUpdateResponse)

    /// Reads the data field of the response, all of it.
    ///
    /// - Throws: ``InitializeUpdateResponseError``; `.protocolNotSupported` for SCP01 and others.
    public init(bytes: [UInt8]) throws(InitializeUpdateResponseError) {
        let position = KeyDiversification.dataLength + 1
        if bytes.count > position, bytes[position] == SCP02InitializeUpdateResponse.protocolIdentifier {
            self = .scp02(try SCP02InitializeUpdateResponse(bytes: bytes))
        } else {
            self = .scp03(try InitializeUpdateResponse(bytes: bytes))
        }
    }

    public var protocolIdentifier: UInt8 {
        switch self {
        case .scp02: SCP02InitializeUpdateResponse.protocolIdentifier
        case .scp03: InitializeUpdateResponse.protocolIdentifier
        }
    }

    public var keyDiversificationData: [UInt8] {
        switch self {
        case .scp02(let report): report.keyDiversificationData
        case .scp03(let report): report.keyDiversificationData
        }
    }

    public var keyVersionNumber: UInt8 {
        switch self {
        case .scp02(let report): report.keyVersionNumber
        case .scp03(let report): report.keyVersionNumber
        }
    }

    /// Whether the card holds `keys`: its cryptogram is what they give. Nothing is sent to find out.
    ///
    /// - Parameter hostChallenge: the one that the card answered.
    public func isProof(of keys: SecureChannelKeySet, hostChallenge: [UInt8]) -> Bool {
        switch (self, keys) {
        case (.scp02(let report), .scp02(let keys)): report.isProof(of: keys, hostChallenge: hostChallenge)
        case (.scp03(let report), .scp03(let keys)): report.isProof(of: keys, hostChallenge: hostChallenge)
        default: false
        }
    }
}
