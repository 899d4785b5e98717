import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// What a lock is put on or taken from: an application, or the card.
enum LockArgument: ExpressibleByArgument {
    case card
    case application(AID)

    init?(argument: String) {
        if argument.lowercased() == "card" {
            self = .card
        } else if let aid = AIDArgument(argument: argument)?.aid {
            self = .application(aid)
        } else {
            return nil
        }
    }
}

/// `seneschal gp lock`.
struct GPLockCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Lock an application, a security domain, or the card.",
        discussion: """
              seneschal gp lock A00000006203010C0101 --keys my.card.keys
              seneschal gp lock A0000001515350410001 --with-applications --keys my.card.keys
              seneschal gp lock card --keys my.card.keys

            A locked application cannot be selected. A locked card (CARD_LOCKED) answers its issuer alone.
            """)

    @Argument(help: ArgumentHelp("An AID, or the word card.", valueName: "aid|card"))
    var target: LockArgument

    @Flag(help: "Of a security domain: lock its applications too.")
    var withApplications = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        switch target {
        case .application(let aid):
            try await withSession { try await $0.lock(aid, withApplications: withApplications) }
            return GPAnswer(done: "locked", aid, "\(aid.readable) is locked.")
        case .card:
            try confirmation.confirm(
                "No application of a locked card can be used until it is unlocked.", typing: "lock")
            try await withSession { try await $0.setCardState(.cardLocked) }
            return GPAnswer(["done": "locked", "state": "CARD_LOCKED"], ["The card is locked."])
        }
    }
}

/// `seneschal gp unlock`.
struct GPUnlockCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Unlock an application, a security domain, or the card.",
        discussion: """
              seneschal gp unlock A00000006203010C0101 --keys my.card.keys
              seneschal gp unlock card --keys my.card.keys

            An application comes back in the state it had; the card becomes SECURED.
            """)

    @Argument(help: ArgumentHelp("An AID, or the word card.", valueName: "aid|card"))
    var target: LockArgument

    @Flag(help: "Of a security domain: unlock its applications too.")
    var withApplications = false

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        switch target {
        case .application(let aid):
            try await withSession { try await $0.unlock(aid, withApplications: withApplications) }
            return GPAnswer(done: "unlocked", aid, "\(aid.readable) is unlocked.")
        case .card:
            try await withSession { try await $0.setCardState(.secured) }
            return GPAnswer(["done": "unlocked", "state": "SECURED"], ["The card is unlocked: SECURED."])
        }
    }
}

/// `seneschal gp terminate`.
struct GPTerminateCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "terminate", abstract: "End a card for good.",
        discussion: """
              seneschal gp terminate --keys my.card.keys

            TERMINATED is the end of a card's life: it answers nothing but GET DATA from then on, whatever its keys.
            """)

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        try confirmation.confirm("A terminated card never comes back, by no key and no command.", typing: "terminate")
        try await withSession { try await $0.setCardState(.terminated, isForced: true) }
        return GPAnswer(["done": "terminated", "state": "TERMINATED"], ["The card is terminated."])
    }
}
