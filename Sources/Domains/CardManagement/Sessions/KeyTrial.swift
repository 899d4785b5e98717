import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// The answer to one INITIALIZE UPDATE, against which keys are tried without the card hearing of it.
struct KeyTrial {
    let hostChallenge: [UInt8]
    let response: ResponseAPDU
    let card: SecureChannelReport
    /// What the card is if it speaks SCP02: its answer does not tell.
    let scp02: SCP02Implementation

    /// - Throws: ``CardManagementError/secureChannel(_:)``.
    init(
        hostChallenge: [UInt8], response: ResponseAPDU, scp02: SCP02Implementation
    ) throws(CardManagementError) {
        self.hostChallenge = hostChallenge
        self.response = response
        self.scp02 = scp02
        do { card = try SecureChannelReport(bytes: response.data) } catch {
            throw .secureChannel(.malformedInitializeUpdateResponse(error))
        }
    }

    var diversificationData: [UInt8] { card.keyDiversificationData }
    var keyVersion: UInt8 { card.keyVersionNumber }
    var usedVersion: KeyVersionNumber? { KeyVersionNumber(rawValue: keyVersion) }
    var secureChannelProtocol: UInt8 { card.protocolIdentifier }

    /// The "i" parameter.
    var implementation: UInt8 {
        switch card {
        case .scp02: scp02.rawValue
        case .scp03(let report): report.implementation.rawValue
        }
    }

    private var mode: SCP03Mode {
        guard case .scp03(let report) = card else { return .s8 }
        return report.implementation.mode
    }

    /// Bytes of a C-MAC.
    var tagLength: Int { mode.length }

    /// The strongest level that the card offers.
    var strongestLevel: SecurityLevel {
        SecurityLevel.allCases.reversed().first { level in
            switch card {
            case .scp02: SCP02SecurityLevel(level).map(scp02.supports) ?? false
            case .scp03(let report): report.implementation.supports(level)
            }
        } ?? .commandMAC
    }

    /// The handshake up to EXTERNAL AUTHENTICATE.
    func authenticated(
        _ material: CardKeyMaterial, level: SecurityLevel, invoker: AID? = nil
    ) throws(SecureChannelError) -> SecureChannelPending {
        let handshake = try SecureChannelHandshake(
            level: level, mode: mode, scp02: scp02, keyVersionNumber: keyVersion, hostChallenge: hostChallenge,
            invoker: invoker)
        return try handshake.authenticated(by: response) { report throws(SecureChannelError) in
            try material.keySet(for: report, scp02)
        }
    }

    /// Whether the card cryptogram proves that the card holds these keys.
    func fits(_ material: CardKeyMaterial) -> Bool {
        guard let keys = try? material.keySet(for: card, scp02) else { return false }
        return card.isProof(of: keys, hostChallenge: hostChallenge)
    }

    /// What is to be learnt from a card cryptogram that does not match `material`.
    func finding(_ material: CardKeyMaterial) -> WrongKeys.Finding {
        for diversification in KeyDiversification.allCases where diversification != material.diversification {
            if fits(material.with(diversification)) { return .otherDiversification(diversification) }
        }
        if let test = try? CardKeyMaterial(repeating: SecretBytes(Self.publicTestKey)), fits(test) {
            return .publicTestKeys
        }
        return .otherKeys
    }

    /// What a challenge that does not follow from the keys shows, when the card cryptogram does: SCP03 makes challenges
    /// with Key-ENC and cryptograms with Key-MAC, SCP02 the other way round. Amd D §6.2.2; GPC v2.3.1 §E.4.2.
    var challengeFinding: WrongKeys.Finding {
        switch card {
        case .scp02: .macKeyDiffers
        case .scp03: .encryptionKeyDiffers
        }
    }

    /// What development cards are delivered with: `404142…4F`.
    static let publicTestKey = [UInt8](0x40...0x4F)
}
