import GlobalPlatform
import ISO7816

/// PPSE, `2PAY.SYS.DDF01`: its answer to SELECT is the directory of contactless payment Applications.
/// EMV Contactless Book B §3.3.1.
struct PaymentSystemEnvironment: StoredApplet {
    /// A short response carries no more; Applications of lower priority that do not fit are left out.
    static let responseLengthMax = 256

    /// 6F { 84 name, A5 { BF0C { 61 … } } }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        let entries = environment.contactless.map(\.directoryEntry).longestPrefix {
            Self.template(application, $0).count <= Self.responseLengthMax
        }
        return Self.template(application, entries)
    }

    private static func template(_ application: AID, _ entries: [BERTLV]) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes), BERTLV(0xA5, [BERTLV(0xBF0C, entries)])]).bytes
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

extension PaymentSystemEnvironment {
    var persistentState: [BERTLV] { [] }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        try AppletStateReader(persistentState).finish()
    }
}
