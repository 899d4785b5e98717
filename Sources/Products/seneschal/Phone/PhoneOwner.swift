import CardCryptography
import Dispatch
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// The owner of a telephone, who types.
actor PhoneOwner {
    private let wallet: (phone: WalletPhone, service: HTTPWalletService)?
    /// `nil` on a telephone without a payment account.
    let payments: PhonePayments?
    let telephoneNumber: String
    var session: WalletSession?
    /// The verification that waits for its one-time password.
    var pending: String?
    /// The bill that is collected or waits for its confirmation.
    var bill: CollectedBill?
    private let answersInJSON: Bool
    private let console = Terminal.console
    private let input = DispatchQueue(label: "phone.input")

    /// - Parameters:
    ///   - wallet: `nil` on a telephone without one.
    ///   - answersInJSON: every answer is one line of JSON.
    init(
        wallet: (phone: WalletPhone, service: HTTPWalletService)?, payments: PhonePayments?, telephoneNumber: String,
        answersInJSON: Bool
    ) {
        self.wallet = wallet
        self.payments = payments
        self.telephoneNumber = telephoneNumber
        self.answersInJSON = answersInJSON
    }

    /// The wallet application.
    var phone: WalletPhone { get throws { try withWallet().phone } }

    /// The wallet's server.
    var service: HTTPWalletService { get throws { try withWallet().service } }

    private func withWallet() throws -> (phone: WalletPhone, service: HTTPWalletService) {
        guard let wallet else {
            throw CommandFailure(
                .refused, "this telephone has no wallet", nextStep: "start it without --without-wallet")
        }
        return wallet
    }

    /// Follows commands until `quit`, or the end of the input.
    ///
    /// - Returns: whether it was `quit`.
    func followCommands() async -> Bool {
        while let line = await nextLine() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first == "quit" || first == "exit" { return true }
            do {
                try await follow(first, Array(words.dropFirst()))
            } catch {
                say(error)
            }
        }
        return false
    }

    // MARK: - Words in and out

    func say(_ line: String) {
        console.output(answersInJSON ? JSONValue.object([JSONMember("message", .string(line))]).text : line)
    }

    /// An answer: its JSON where that was asked for, and otherwise what people read.
    func answer(_ value: JSONValue, inWords: () -> [String]) {
        guard answersInJSON else { return inWords().forEach { console.output($0) } }
        console.output(value.text)
    }

    func answer<Answer: WireType>(_ answer: Answer, inWords: () -> [String]) throws {
        self.answer(try JSONValue(answer), inWords: inWords)
    }

    private func say(_ error: any Error) {
        let failure: CommandFailure? =
            switch error {
            case let error as WalletPhoneError: CommandFailure(error)
            case let error as PayerPhoneError: CommandFailure(onPhone: error)
            case let error as BillCollectorError: CommandFailure(error)
            default: CommandFailure(of: error)
            }
        console.message("phone: \(failure?.description ?? "\(error)")")
        if let nextStep = failure?.nextStep { console.message("Next step: \(nextStep)") }
    }

    private func nextLine() async -> String? {
        let console = console
        return await onInput { console.ask?(.init(text: "phone> ")) ?? console.line() }
    }

    /// What is asked at a terminal, or the next line of the input where there is none.
    func answer(to question: String, isSecret: Bool = false) async throws -> String {
        let console = console
        let answer = await onInput {
            guard let ask = console.ask else { return console.line() }
            return ask(.init(text: question + ": ", isSecret: isSecret))
        }
        guard let answer, !answer.isEmpty else { throw CommandFailure(.usage, "\(question.lowercased()): is needed") }
        return answer
    }

    func password() async throws -> SecretBytes {
        SecretBytes(Array(try await answer(to: "Password", isSecret: true).utf8))
    }

    /// Reading blocks, and must not hold up agent and air.
    private func onInput(_ body: @escaping @Sendable () -> String?) async -> String? {
        await withCheckedContinuation { continuation in
            input.async { continuation.resume(returning: body()) }
        }
    }
}

extension CommandFailure {
    /// What a telephone could not do.
    init(_ error: WalletPhoneError) {
        switch error {
        case .service(.notLoggedIn): self.init(.refused, "\(error)", nextStep: "login NAME")
        case .service(.unsettled), .issuer(.unsettled):
            self.init(
                .unknownOutcome, "\(error)",
                nextStep: "wait a little, then `cards` shows what became of it; doing it again does it once")
        case .service(.refused("secureElementMismatch", _)):
            self.init(
                .refused, "\(error)", nextStep: "--msi must be the number that the card is registered with")
        case .unknownIssuer(let name):
            self.init(.refused, "\(error)", nextStep: "start the telephone with --issuer \(name)=URL")
        case .unreadable(let reason):
            self.init(
                .refused, reason?.explanation ?? "\(error)",
                nextStep: "take another photograph, or type the card in: bind")
        case .recognition(.noEngine): self.init(.refused, "\(error)", nextStep: "Scripts/setup.sh --photographs")
        case .nothingToActivate: self.init(.refused, "\(error)", nextStep: "cards")
        default: self.init(.refused, "\(error)")
        }
    }
}

extension CommandFailure {
    /// What a telephone could not pay.
    fileprivate init(onPhone error: PayerPhoneError) {
        switch error {
        case .service(.unsettled):
            self.init(
                .unknownOutcome, "\(error)", nextStep: "`orders` shows what became of it; an order is paid once")
        case .service(.refused("unauthenticated", _)):
            self.init(
                .refused, "the merchant platform does not know who asks",
                nextStep: "start the telephone with --user-credential-file FILE")
        default: self.init(error)
        }
    }

    /// What a telephone could not do with a bill.
    fileprivate init(_ error: BillCollectorError) {
        switch error {
        case .service(.unsettled):
            self.init(
                .unknownOutcome, "\(error)", nextStep: "`bill` shows what became of it; a bill is paid once")
        case .service(.refused), .differs:
            self.init(.refused, "\(error)", nextStep: "bill; then bill pay or bill cancel")
        case .noBill: self.init(.refused, "\(error)", nextStep: "bill open")
        case .key: self.init(.refused, "\(error)")
        }
    }
}
