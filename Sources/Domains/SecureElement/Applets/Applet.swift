import CardCryptography
import GlobalPlatform
import ISO7816

/// The code behind an Application: a value with its own persistent state. The OPEN selects it and hands it commands.
protocol Applet: Equatable, Sendable {
    /// The answer to SELECT: an FCI template (6F), or empty.
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8]

    /// Answers a command other than SELECT and MANAGE CHANNEL while the Application is selected. A refusal leaves
    /// everything as it was.
    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU

    /// INSTALL [for personalization] named this Application: a personalization begins, an unfinished one is dropped.
    mutating func beginPersonalization()

    /// One STORE DATA that the Security Domain passes on (GPC v2.3.1 §7.3.3); it takes effect with the last.
    ///
    /// - Throws: ``Refusal`` with the status word; nothing of the block is kept then.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal)

    /// Another Application of the card calls through the OPEN, which vouches for the caller.
    ///
    /// - Returns: `nil` when this caller gets no answer.
    func answer(
        _ call: [UInt8], from caller: AID, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> [UInt8]?

    /// The Application that ``WorkingMemory/call`` named has answered, or not; this is the command's response then.
    func resume(
        with answer: [UInt8]?, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU

    /// What the contactless registry shows of this Application, once it may be used for payment.
    var contactlessOffer: ContactlessOffer? { get }
}

/// A status word on its way out: the command is refused and nothing has changed.
struct Refusal: Error, Equatable {
    let statusWord: StatusWord

    init(_ statusWord: StatusWord) { self.statusWord = statusWord }
}

/// What an applet may know of the rest of the card: read only.
struct AppletEnvironment: Sendable {
    /// SELECTABLE Applications with a contactless offer, the highest priority first.
    var contactless: [ContactlessApplication]
    /// Every Application that can be selected now, for the wallet companion.
    var selectableApplications: [AID]
    /// The Application that is asked.
    var application: AID?
    /// Where the command comes from.
    var interface = CardInterface.wired
    /// For unpredictable numbers.
    var random: any RandomSource = SystemRandomSource()
}

/// What an instance keeps while the card has power, and no longer.
struct WorkingMemory: Equatable, Sendable {
    /// The transaction under way; it ends with the selection on this channel.
    var transaction: PaymentTransaction?
    /// What a purse has begun; it ends with the selection on this channel, and with any error.
    var purse: PurseTransaction?
    /// The device has verified its user for the next transaction.
    var isConsumerConfirmed = false
    /// The sessions of a trusted reading. They stay when a command is refused.
    var reading: ReadingMemory?
    /// Another Application that is to be called before the command has its response.
    var call: ShareableCall?
}

extension Applet {
    /// A command without anything to be kept between commands.
    mutating func process(_ command: CommandAPDU, _ environment: AppletEnvironment) -> ResponseAPDU {
        var working = WorkingMemory()
        return process(command, environment, &working)
    }
}

/// An Application as PPSE lists it.
struct ContactlessApplication: Equatable, Sendable {
    var application: AID
    var offer: ContactlessOffer
}

/// EMV Contactless Book B §3.3.1: what stands in an entry of the PPSE directory, besides the AID.
struct ContactlessOffer: Equatable, Sendable {
    /// Tag 50.
    var label: [UInt8]
    /// Tag 87: 1 is the highest priority, 0 is none.
    var priority: UInt8
}
