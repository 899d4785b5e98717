import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// The answer to one INITIALIZE UPDATE, against which keys are tried without the card hearing of it.
struct KeyTrial {
    let hostChallenge: [UInt8]
    let response: ResponseAPDU
    let card: InitializeUpdateResponse

    /// - Throws: ``CardManagementError/cardMisbehaved(_:)``.
    init(hostChallenge: [UInt8], response: ResponseAPDU) throws(CardManagementError) {
        self.hostChallenge = hostChallenge
        self.response = response
        do { card = try InitializeUpdateResponse(bytes: response.data) } catch {
            throw .secureChannel(.malformedInitializeUpdateResponse(error))
        }
    }

    var diversificationData: [UInt8] { card.keyDiversificationData }
    var keyVersion: UInt8 { card.keyVersionNumber }
    var secureChannelProtocol: UInt8 { 0x03 }

    /// The strongest level that the card offers.
    var strongestLevel: SecurityLevel {
        SecurityLevel.allCases.reversed().first { card.implementation.supports($0) } ?? .commandMAC
    }

    /// The handshake up to EXTERNAL AUTHENTICATE.
    func authenticated(
        _ material: CardKeyMaterial, level: SecurityLevel, invoker: AID? = nil
    ) throws(SecureChannelError) -> SCP03Pending {
        let handshake = try SCP03Handshake(
            level: level, mode: card.implementation.mode, keyVersionNumber: card.keyVersionNumber,
            hostChallenge: hostChallenge, invoker: invoker)
        return try handshake.authenticated(by: response) { card throws(SCP03KeySetError) in
            try material.scp03Keys(diversificationData: card.keyDiversificationData)
        }
    }

    /// Whether the card cryptogram proves that the card holds these keys.
    func fits(_ material: CardKeyMaterial) -> Bool {
        do {
            _ = try authenticated(material, level: .commandMAC)
            return true
        } catch { return false }
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

    /// What development cards are delivered with: `404142…4F`.
    static let publicTestKey = [UInt8](0x40...0x4F)
}
