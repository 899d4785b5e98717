import CardLink
import EMV
import MobileDevice

// How cards get onto a telephone, and how its owner names them.

extension PhoneOwner {
    func bindTyped() async throws {
        let session = try present()
        guard let number = try? PrimaryAccountNumber(try await answer(to: "Card number", isSecret: true).digits) else {
            throw CommandFailure(.usage, "this is no card number")
        }
        say("card              \(number.masked)")
        let (expiry, owner) = (try await expiry(), try await cardOwner())
        report(
            try await phone.bindNewCard(
                CardBindingVerification(
                    number: number, expiry: expiry, cardholderName: owner.name, identityNumber: owner.identityNumber,
                    telephoneNumber: telephoneNumber), in: session))
    }

    func bindPhotograph(_ file: String) async throws {
        let session = try present()
        guard let image = try DurableFile.read(file, bytesMax: ImageHeader.bytesMax) else {
            throw CommandFailure(.refused, "\(file) does not exist")
        }
        let (expiry, owner) = (try await expiry(), try await cardOwner())
        let card = try await phone.collectCard(from: .photograph(image), owner: owner, expiry: expiry)
        say("read              \(card.masked)")
        report(try await phone.bind(card, in: session))
    }

    func bindMine() async throws {
        let results = try await phone.bindOwnCards(in: try present())
        if results.isEmpty { say("every card of yours is on this telephone already") }
        for (card, result) in results {
            say("\(card.label) …\(card.lastFour)")
            switch result {
            case .success(let activation): report(.bound(activation))
            case .failure(let error): say("not bound         \(error)")
            }
        }
    }

    func confirm(_ password: String) async throws {
        guard let pending else {
            throw CommandFailure(.refused, "no bank has sent a one-time password", nextStep: "bind")
        }
        let reply = try await phone.confirm(verification: pending, oneTimePassword: password, in: try present())
        self.pending = nil
        report(reply)
    }

    private func expiry() async throws -> CardExpiry {
        guard let expiry = CardExpiry(printed: try await answer(to: "Expiry (MM/YY)")) else {
            throw CommandFailure(.usage, "an expiry is MM/YY")
        }
        return expiry
    }

    private func cardOwner() async throws -> CardOwner {
        CardOwner(
            name: try await answer(to: "Name on the card"), identityNumber: try await answer(to: "Identity number"))
    }

    // MARK: - Telling

    func report(_ reply: FunctionActivationReply) {
        switch reply {
        case .bound(let activation):
            say("bound             \(activation.card) at \(activation.issuer)")
            for (function, outcome) in activation.functions.sorted(by: { $0.key.code < $1.key.code }) {
                let name = function.rawValue.padded(to: 18)
                switch outcome {
                case .active(let identifier): say(name + identifier)
                case .refused(let code): say(name + "not active: \(code)")
                }
            }
        case .oneTimePasswordSent(let verification):
            pending = verification
            say("the bank has sent a one-time password to the number that it knows you by: confirm OTP")
        case .referred: say("the bank wants to speak to you first: nothing is bound")
        case .refused: say("the bank does not recognize you and the card by what you said: nothing is bound")
        }
    }

    // MARK: - Naming

    func walletCard(_ words: [String]) async throws -> WalletCard {
        let name = words.joined(separator: " ")
        return try one(
            of: try await phone.cards(in: try present()).filter {
                $0.card == name || $0.lastFour == name || $0.label.lowercased() == name.lowercased()
            }, named: name)
    }

    func deviceCard(_ words: [String]) async throws -> DeviceCard {
        let name = words.joined(separator: " ")
        var cards = try await phone.deviceCards()
        if name.hasPrefix("crd_") {
            let card = try await walletCard(words)
            cards.removeAll { $0.lastFour != card.lastFour || $0.label != card.label || $0.type != card.type }
        } else {
            cards = cards.filter { $0.lastFour == name || $0.label.lowercased() == name.lowercased() }
        }
        if cards.isEmpty, session != nil, let card = try? await walletCard(words), !card.suspended.isEmpty {
            throw CommandFailure(
                .refused, "\(card.label) …\(card.lastFour) is suspended, and so is not in this telephone",
                nextStep: "resume \(card.lastFour)")
        }
        return try one(of: cards, named: name)
    }

    private func one<Card>(of cards: [Card], named name: String) throws -> Card {
        guard !name.isEmpty else { throw CommandFailure(.usage, "which card?", nextStep: "cards") }
        guard let card = cards.first else {
            throw CommandFailure(.refused, "there is no card \(name) here", nextStep: "cards")
        }
        guard cards.count == 1 else {
            throw CommandFailure(.refused, "\(name) is more than one card", nextStep: "name it otherwise: cards")
        }
        return card
    }
}

extension String {
    /// As it is written on a card, without the gaps.
    fileprivate var digits: String { filter { !$0.isWhitespace && $0 != "-" } }

    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
