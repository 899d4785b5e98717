import CardCryptography
public import ISO7816

extension SCP03KeySet {
    /// The card challenge that follows from the sequence counter and the AID of the application that invokes the
    /// secure channel. GPC Amendment D v1.2 §6.2.2.1.
    public func cardChallenge(_ counter: SequenceCounter, invoker: AID, mode: SCP03Mode) -> [UInt8] {
        CounterModeKDF.deriveGlobalPlatform(
            key: enc, constant: DerivationConstant.cardChallenge, context: counter.bytes + invoker.bytes,
            count: mode.length
        ).revealed()
    }
}
