import CardLink
import EMV
import Foundation
import MobileDevice
import SeneschalAPI
import SeneschalClient

// What the owner can do, word by word.

extension PhoneOwner {
    /// What `help` prints.
    static let help = """
        With a wallet
        login NAME             log in; the secure element is made ready for cards
        cards                  your cards, wherever they are, and those in this telephone
        bind [PHOTO]           bind a new card, typed in or from a PNG or JPEG file, and activate its functions
        bind-mine              bind the cards of your account that pay nowhere on this telephone yet
        confirm OTP            the one-time password that the bank sent
        activate CARD          activate the functions of a card that are still missing here
        choose CARD            the card that terminals see first
        agree CARD             agree to the next payment at a terminal, instead of a PIN there
        code CARD [CENTS]      show a code to a merchant's scanner; without an amount the merchant enters it
        online CARD CENTS      what a page is given for one purchase
        synchronize            have the wallet set right what lies in the secure element
        unbind CARD            remove a card from this telephone
        suspend CARD [FUNCTION] stop a card everywhere, or one of nfc, qr and online
        resume CARD [FUNCTION] let it pay again
        devices                your telephones
        lost DEVICE            stop everything on a telephone of yours, and end its session
        found DEVICE           let what is on it pay again
        sources                other telephones of your account that cards can come from
        migrate DEVICE [CARD…] bring cards here from another telephone
        logout
        A CARD is the last four digits of its number, or its label, or crd_…
        """

    func follow(_ command: String, _ words: [String]) async throws {
        func only(_ counts: ClosedRange<Int>) throws {
            guard counts.contains(words.count) else {
                throw CommandFailure(.usage, "\(command): too many or too few words", nextStep: "help")
            }
        }
        switch command {
        case "help":
            for line in (Self.help + "\n" + Self.paymentHelp).split(separator: "\n", omittingEmptySubsequences: false) {
                say(String(line))
            }
        case "login":
            try only(1...1)
            try await logIn(words[0])
        case "logout":
            try only(0...0)
            if let session { try await service.logOut(of: session) }
            session = nil
            say("logged out")
        case "cards":
            try only(0...0)
            try await showCards()
        case "bind":
            try await words.isEmpty ? bindTyped() : bindPhotograph(words.joined(separator: " "))
        case "bind-mine":
            try only(0...0)
            try await bindMine()
        case "confirm":
            try only(1...1)
            try await confirm(words[0])
        case "activate": try await activate(try await walletCard(words))
        case "choose":
            let card = try await deviceCard(words)
            try await phone.choose(card)
            say("terminals see \(card.label) …\(card.lastFour) first")
        case "agree":
            let card = try await deviceCard(words)
            try await phone.confirmNextPayment(with: card)
            say("the next payment at a terminal with \(card.label) …\(card.lastFour) is agreed to")
        case "code", "online": try await show(CardFunction(rawValue: command) ?? .qr, words)
        case "synchronize":
            try only(0...0)
            let reply = try await phone.synchronize(in: try present())
            say("\(reply.restored.count) records loaded again, \(reply.removed.count) deleted")
        case "unbind":
            let card = try await walletCard(words)
            try await phone.unbind(card: card.card, password: try await password(), in: try present())
            say("\(card.label) …\(card.lastFour) is no longer on this telephone")
        case "suspend", "resume": try await stop(words, isStopped: command == "suspend")
        case "devices":
            try only(0...0)
            for device in try await service.devices(in: try present()) { say("\(device.id)  \(device.name)") }
        case "lost", "found":
            try only(1...1)
            try await stop(device: words[0], isStopped: command == "lost")
        case "sources":
            try only(0...0)
            try await showSources()
        case "migrate":
            try only(1...33)
            try await migrate(from: words[0], cards: Array(words.dropFirst()))
        default:
            guard try await followPayment(command, words) else {
                throw CommandFailure(.usage, "there is no command \(command)", nextStep: "help")
            }
        }
    }

    // MARK: - Session and cards

    func present() throws -> WalletSession {
        guard let session else { throw CommandFailure(WalletPhoneError.service(.notLoggedIn)) }
        return session
    }

    private func logIn(_ name: String) async throws {
        let opened = try await phone.logIn(account: name, password: try await password())
        session = opened
        say("logged in as \(name) on \(opened.device)")
        try await service.prepareSecureElement(in: opened)
        say("the secure element is ready for cards")
    }

    private func showCards() async throws {
        let (all, here) = (try await phone.cards(in: try present()), try await phone.deviceCards())
        let first = try? await phone.secureElement.firstType()
        let listing = JSONValue.object([
            JSONMember("cards", .array(all.map(\.json))),
            JSONMember("inThisTelephone", .array(here.map { $0.json(first: first) })),
        ])
        answer(listing) {
            guard !all.isEmpty || !here.isEmpty else { return ["there is no card in your wallet yet: bind"] }
            return all.map { card in
                let functions = card.active.isEmpty ? "not active here" : card.active.named(suspended: card.suspended)
                return "\(card.card)  \(card.label) …\(card.lastFour)  \(card.issuer)  \(functions)"
            }
                + here.map { card in
                    "in this telephone  \(card.label) …\(card.lastFour)  \(card.functions.named())"
                        + (card.isChosen ? (card.type == first ? "  terminals see it first" : "  chosen") : "")
                }
        }
    }

    private func activate(_ card: WalletCard) async throws {
        do {
            report(try await phone.activateRemaining(of: card, in: try present()))
        } catch WalletPhoneError.nothingToActivate where !card.suspended.isEmpty {
            throw CommandFailure(
                .refused, "everything is active, and suspended: \(card.suspended.named())",
                nextStep: "resume \(card.lastFour)")
        }
    }

    // MARK: - Paying

    private func show(_ function: CardFunction, _ words: [String]) async throws {
        var words = words
        var amount: UInt64?
        // The last word is an amount where a card is named before it.
        if words.count > 1, let last = words.last, let number = UInt64(last) {
            amount = number
            words.removeLast()
        }
        if function == .online && amount == nil {
            throw CommandFailure(.usage, "a page asks for a certain amount", nextStep: "online CARD CENTS")
        }
        let card = try await deviceCard(words)
        let cryptogram = try await phone.pay(
            function, amount: amount ?? 0, currency: 978, country: 276, with: card,
            at: Int64(Date().timeIntervalSince1970))
        say(try cryptogram.code(label: card.label))
    }

    // MARK: - Stopping

    private func stop(_ words: [String], isStopped: Bool) async throws {
        var words = words
        let function = words.count > 1 ? words.last.flatMap(CardFunction.init(rawValue:)) : nil
        if function != nil { words.removeLast() }
        let card = try await walletCard(words)
        let count = try await changed(card: card.card, function: function, isStopped: isStopped)
        let what = "\(card.label) …\(card.lastFour)" + (function.map { " by \($0.rawValue)" } ?? "")
        say(
            isStopped
                ? "\(what) does not pay any more" : "\(what) pays again, in \(count == 1 ? "one way" : "\(count) ways")"
        )
    }

    private func stop(device: String, isStopped: Bool) async throws {
        let count = try await changed(device: device, isStopped: isStopped)
        say(
            isStopped
                ? "nothing on \(device) pays any more"
                : "\(device) pays again, in \(count == 1 ? "one way" : "\(count) ways")")
    }

    private func changed(
        card: String? = nil, device: String? = nil, function: CardFunction? = nil, isStopped: Bool
    ) async throws -> Int {
        let (session, key) = (try present(), UUID().uuidString)
        if isStopped {
            return try await service.suspend(
                card: card, device: device, function: function, reason: "by the person", key: key, in: session)
        }
        try await service.authenticateAgain(password: try await password(), in: session)
        return try await service.resume(
            card: card, device: device, function: function, reason: "by the person", key: key, in: session)
    }

    // MARK: - Moving

    private func showSources() async throws {
        let sources = try await phone.migrationSources(in: try present())
        if sources.isEmpty { say("no other telephone of yours has cards") }
        for source in sources {
            let cards = source.cards.map { "\($0.label) …\($0.lastFour)" }.joined(separator: ", ")
            say("\(source.device)  \(source.name): \(cards)")
        }
    }

    private func migrate(from device: String, cards: [String]) async throws {
        let session = try present()
        let password = try await password()
        var report = try await phone.migrate(
            .init(from: device, cards: cards.isEmpty ? nil : cards), password: password, in: session)
        for _ in 0..<Self.migrationLooksMax where !report.isComplete {
            try await Task.sleep(for: .seconds(1))
            report = try await service.migration(report.migration, in: session)
        }
        for card in report.cards {
            switch card.status {
            case .moved: say("\(card.card)  is here, and pays there no longer")
            case .underway: say("\(card.card)  is under way: `cards` shows when it is here")
            case .stayed(let code): say("\(card.card)  stays there: \(code)")
            }
        }
    }

    private static let migrationLooksMax = 30
}

extension Set<CardFunction> {
    fileprivate var inOrder: [CardFunction] { sorted { $0.code < $1.code } }

    /// - Parameter suspended: those that do not pay.
    fileprivate func named(suspended: Set<CardFunction> = []) -> String {
        inOrder.map { $0.rawValue + (suspended.contains($0) ? " (suspended)" : "") }.joined(separator: ", ")
    }

    fileprivate var json: JSONValue { .array(inOrder.map { .string($0.rawValue) }) }
}

extension WalletCard {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("card", .string(card)), JSONMember("label", .string(label)),
            JSONMember("lastFour", .string(lastFour)), JSONMember("issuer", .string(issuer)),
            JSONMember("active", active.json), JSONMember("suspended", suspended.json),
        ])
    }
}

extension DeviceCard {
    /// - Parameter first: the type that terminals see first.
    fileprivate func json(first: Int?) -> JSONValue {
        .object([
            JSONMember("label", .string(label)), JSONMember("lastFour", .string(lastFour)),
            JSONMember("functions", functions.json), JSONMember("isChosen", .boolean(isChosen)),
            JSONMember("isFirst", .boolean(isChosen && type == first)),
        ])
    }
}
