import CardCryptography
import ISO7816
import SecureElement

/// A state file is a card that works, or it is refused; its digest is put right, so that the fuzzer gets past it.
func fuzzCardState(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    let object = BERTLV(0xE0, bytes).bytes
    let state = object + BERTLV(0x9E, Digest.hash(object)).bytes
    guard var card = try? SecureElement(persistentState: state, random: ConstantRandomSource()) else { return 0 }
    try card.checkRoundTrip()
    _ = card.inventory
    for command in FuzzedCard.readings { _ = card.process(command) }
    try card.checkRoundTrip()
    return 1
}

extension SecureElement {
    /// What is stored is read back as the same card, without sessions; reading it checks every rule of the registry.
    func checkRoundTrip() throws(FuzzViolation) {
        var off = self
        off.reset()
        let restored: SecureElement
        do { restored = try SecureElement(persistentState: persistentState, random: ConstantRandomSource()) } catch {
            throw FuzzViolation("what a card stores is a card: \(error)")
        }
        try require(restored == off, "a card is read back as it was stored")
    }
}

/// The same bytes every time: what a fuzzer finds has to happen again.
struct ConstantRandomSource: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) } }
}
