import ISO7816

extension AppletCode {
    /// Everything the applet remembers over a power loss.
    var persistentState: [BERTLV] { applet.persistentState }

    /// The code of a module, with the state that it wrote before.
    init(module: AID, persistentState state: [BERTLV]) throws(AppletStateError) {
        switch AppletCode(module: module) {
        case .inert: self = .inert(try InertApplet(persistentState: state))
        case .paymentSystemEnvironment:
            self = .paymentSystemEnvironment(try PaymentSystemEnvironment(persistentState: state))
        case .paymentSystemDirectory:
            self = .paymentSystemDirectory(try PaymentSystemDirectory(persistentState: state))
        case .payment: self = .payment(try PaymentApplication(persistentState: state))
        case .walletCompanion: self = .walletCompanion(try WalletCompanion(persistentState: state))
        case .storedValue: self = .storedValue(try StoredValueCompanion(persistentState: state))
        case .universalCard: self = .universalCard(try UniversalCardInstance(persistentState: state))
        case .firstSecurity: self = .firstSecurity(try FirstSecurityApplication(persistentState: state))
        case .secondSecurity: self = .secondSecurity(try SecondSecurityApplication(persistentState: state))
        case .purse: self = .purse(try PurseApplication(persistentState: state))
        case .smartCard: self = .smartCard(try SmartCardApplet(persistentState: state))
        }
    }
}
