import CardCryptography
import ISO7816
public import SecureChannel

extension CardKeyMaterial {
    /// The card's own keys: what `diversify` answers.
    ///
    /// - Parameter diversificationData: ten bytes, as INITIALIZE UPDATE or `CF` tell them.
    /// - Throws: ``SecureChannel/SCP03KeySetError`` naming a wrong length.
    public func derived(diversificationData: [UInt8]) throws(SCP03KeySetError) -> CardKeyMaterial {
        CardKeyMaterial(try scp03Keys(diversificationData: diversificationData))
    }
}
