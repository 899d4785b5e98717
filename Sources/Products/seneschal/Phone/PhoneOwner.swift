import CardCryptography
import Dispatch
import MobileDevice
import SeneschalClient

/// The owner of a telephone, who types.
actor PhoneOwner {
    let phone: WalletPhone
    let service: HTTPWalletService
    let telephoneNumber: String
    var session: WalletSession?
    /// The verification that waits for its one-time password.
    var pending: String?
    private let console = Terminal.console
    private let input = DispatchQueue(label: "phone.input")

    init(phone: WalletPhone, service: HTTPWalletService, telephoneNumber: String) {
        self.telephoneNumber = telephoneNumber
        self.phone = phone
        self.service = service
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

    func say(_ line: String) { console.output(line) }

    private func say(_ error: any Error) {
        let failure = (error as? WalletPhoneError).map { CommandFailure($0) } ?? (error as? CommandFailure)
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
