import GlobalPlatform
public import ISO7816

/// The code that an instance runs: one of the built-in applets, bound by its module's AID, or none.
enum AppletCode: Equatable, Sendable {
    case inert(InertApplet)
    case paymentSystemEnvironment(PaymentSystemEnvironment)
    case paymentSystemDirectory(PaymentSystemDirectory)
    case payment(PaymentApplication)
    case walletCompanion(WalletCompanion)
    case storedValue(StoredValueCompanion)
    case universalCard(UniversalCardInstance)
    case firstSecurity(FirstSecurityApplication)
    case secondSecurity(SecondSecurityApplication)
    case purse(PurseApplication)
    case smartCard(SmartCardApplet)

    /// The code that a module stands for.
    init(module: AID) {
        switch module {
        case BuiltInModule.paymentSystemEnvironment: self = .paymentSystemEnvironment(PaymentSystemEnvironment())
        case BuiltInModule.paymentSystemDirectory: self = .paymentSystemDirectory(PaymentSystemDirectory())
        case BuiltInModule.payment: self = .payment(PaymentApplication())
        case BuiltInModule.walletCompanion: self = .walletCompanion(WalletCompanion())
        case BuiltInModule.storedValue: self = .storedValue(StoredValueCompanion())
        case BuiltInModule.universalCard: self = .universalCard(UniversalCardInstance())
        case BuiltInModule.firstSecurity: self = .firstSecurity(FirstSecurityApplication())
        case BuiltInModule.secondSecurity: self = .secondSecurity(SecondSecurityApplication())
        case BuiltInModule.purse: self = .purse(PurseApplication())
        case BuiltInModule.smartCard: self = .smartCard(SmartCardApplet())
        default: self = .inert(InertApplet())
        }
    }

    var contactlessOffer: ContactlessOffer? { applet.contactlessOffer }

    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        applet.fileControlInformation(for: application, environment)
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        switch self {
        case .inert(var applet): return run(&applet, command, environment, &working, AppletCode.inert)
        case .paymentSystemEnvironment(var applet):
            return run(&applet, command, environment, &working, AppletCode.paymentSystemEnvironment)
        case .paymentSystemDirectory(var applet):
            return run(&applet, command, environment, &working, AppletCode.paymentSystemDirectory)
        case .payment(var applet): return run(&applet, command, environment, &working, AppletCode.payment)
        case .walletCompanion(var applet):
            return run(&applet, command, environment, &working, AppletCode.walletCompanion)
        case .storedValue(var applet): return run(&applet, command, environment, &working, AppletCode.storedValue)
        case .universalCard(var applet):
            return run(&applet, command, environment, &working, AppletCode.universalCard)
        case .firstSecurity(var applet):
            return run(&applet, command, environment, &working, AppletCode.firstSecurity)
        case .secondSecurity(var applet):
            return run(&applet, command, environment, &working, AppletCode.secondSecurity)
        case .purse(var applet): return run(&applet, command, environment, &working, AppletCode.purse)
        case .smartCard(var applet): return run(&applet, command, environment, &working, AppletCode.smartCard)
        }
    }

    mutating func beginPersonalization() {
        switch self {
        case .inert(var applet): begin(&applet, AppletCode.inert)
        case .paymentSystemEnvironment(var applet): begin(&applet, AppletCode.paymentSystemEnvironment)
        case .paymentSystemDirectory(var applet): begin(&applet, AppletCode.paymentSystemDirectory)
        case .payment(var applet): begin(&applet, AppletCode.payment)
        case .walletCompanion(var applet): begin(&applet, AppletCode.walletCompanion)
        case .storedValue(var applet): begin(&applet, AppletCode.storedValue)
        case .universalCard(var applet): begin(&applet, AppletCode.universalCard)
        case .firstSecurity(var applet): begin(&applet, AppletCode.firstSecurity)
        case .secondSecurity(var applet): begin(&applet, AppletCode.secondSecurity)
        case .purse(var applet): begin(&applet, AppletCode.purse)
        case .smartCard(var applet): begin(&applet, AppletCode.smartCard)
        }
    }

    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        switch self {
        case .inert(var applet): try personalize(&applet, block, AppletCode.inert)
        case .paymentSystemEnvironment(var applet):
            try personalize(&applet, block, AppletCode.paymentSystemEnvironment)
        case .paymentSystemDirectory(var applet):
            try personalize(&applet, block, AppletCode.paymentSystemDirectory)
        case .payment(var applet): try personalize(&applet, block, AppletCode.payment)
        case .walletCompanion(var applet): try personalize(&applet, block, AppletCode.walletCompanion)
        case .storedValue(var applet): try personalize(&applet, block, AppletCode.storedValue)
        case .universalCard(var applet): try personalize(&applet, block, AppletCode.universalCard)
        case .firstSecurity(var applet): try personalize(&applet, block, AppletCode.firstSecurity)
        case .secondSecurity(var applet): try personalize(&applet, block, AppletCode.secondSecurity)
        case .purse(var applet): try personalize(&applet, block, AppletCode.purse)
        case .smartCard(var applet): try personalize(&applet, block, AppletCode.smartCard)
        }
    }

    /// Bytes of persistent memory.
    var size: Int { applet.persistentState.bytes.count }

    var applet: any StoredApplet {
        switch self {
        case .inert(let applet): applet
        case .paymentSystemEnvironment(let applet): applet
        case .paymentSystemDirectory(let applet): applet
        case .payment(let applet): applet
        case .walletCompanion(let applet): applet
        case .storedValue(let applet): applet
        case .universalCard(let applet): applet
        case .firstSecurity(let applet): applet
        case .secondSecurity(let applet): applet
        case .purse(let applet): applet
        case .smartCard(let applet): applet
        }
    }

    private mutating func run<Code: Applet>(
        _ applet: inout Code, _ command: CommandAPDU, _ environment: AppletEnvironment,
        _ working: inout WorkingMemory, _ wrap: (Code) -> AppletCode
    ) -> ResponseAPDU {
        defer { self = wrap(applet) }
        return applet.process(command, environment, &working)
    }

    private mutating func begin<Code: Applet>(_ applet: inout Code, _ wrap: (Code) -> AppletCode) {
        applet.beginPersonalization()
        self = wrap(applet)
    }

    private mutating func personalize<Code: Applet>(
        _ applet: inout Code, _ block: StoreDataCommand, _ wrap: (Code) -> AppletCode
    ) throws(Refusal) {
        try applet.personalize(block)
        self = wrap(applet)
    }
}

/// The modules whose code is built in. Our AIDs start with the proprietary RID `F0 53454E45534348414C`.
public enum BuiltInModule {
    /// Executable load files.
    public static let securityDomainPackage: AID = "A0000001515350"
    public static let paymentSystemPackage: AID = "F053454E45534348414C5050"
    public static let walletPackage: AID = "F053454E45534348414C5743"
    public static let storedValuePackage: AID = "F053454E45534348414C5356"
    public static let paymentPackage: AID = "F053454E45534348414C5041"
    public static let universalCardPackage: AID = "F053454E45534348414C5543"
    public static let trustedReadingPackage: AID = "F053454E45534348414C5452"
    public static let pursePackage: AID = "F053454E45534348414C4550"
    public static let smartCardPackage: AID = "F053454E45534348414C5343"

    /// Executable modules.
    public static let securityDomain: AID = "A000000151535041"
    public static let paymentSystemEnvironment: AID = "F053454E45534348414C505001"
    public static let paymentSystemDirectory: AID = "F053454E45534348414C505002"
    public static let walletCompanion: AID = "F053454E45534348414C574301"
    public static let storedValue: AID = "F053454E45534348414C535601"
    public static let payment: AID = "F053454E45534348414C504101"
    public static let universalCard: AID = "F053454E45534348414C554301"
    public static let firstSecurity: AID = "F053454E45534348414C545201"
    public static let secondSecurity: AID = "F053454E45534348414C545202"
    public static let purse: AID = "F053454E45534348414C455001"
    public static let smartCard: AID = "F053454E45534348414C534301"
}
