import GlobalPlatform
import ISO7816

/// An Application whose code this card does not run: it can be installed, selected and deleted, and does nothing.
struct InertApplet: StoredApplet {
    /// 6F { 84 AID }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes)]).bytes
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        ResponseAPDU(.instructionNotSupported)
    }

    mutating func beginPersonalization() {}

    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        throw Refusal(.conditionsOfUseNotSatisfied)
    }

    var contactlessOffer: ContactlessOffer? { nil }
}

// MARK: - State

extension InertApplet {
    var persistentState: [BERTLV] { [] }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        try AppletStateReader(persistentState).finish()
    }
}
