import EMV
import Foundation
import ISO7816
import SeneschalAPI
import SeneschalClient
import Terminal

/// A transaction for the person at the counter: without number and cryptogram.
struct TransactionReport {
    private let members: [(name: String, value: String?)]

    /// - Parameter transaction: the terminal's own name of it, where it can be asked for again.
    init(_ data: AuthorizationData, _ answer: AuthorizationAnswer?, transaction: String? = nil) {
        let members: [(String, String?)] = [
            ("transaction", transaction), ("label", data.label), ("application", "\(data.application)"),
            ("number", data.number.masked),
            ("expiry", data.expiry.description), ("entry", data.entry.rawValue),
            ("offlineAuthentication", data.authentication.rawValue),
            ("counter", "\(data.transactionCounter)"), ("cryptogram", data.type.name),
        ]
        self.members = members + Self.members(of: answer)
    }

    /// A payment that was asked for before.
    init(_ known: KnownCardPayment, transaction: String) {
        members =
            [
                ("transaction", transaction), ("payment", known.payment.payment),
                ("amount", "\(known.payment.amount)"), ("currency", known.payment.currency),
                ("lastFour", known.payment.lastFour),
            ] + Self.members(of: known.answer)
    }

    private static func members(of answer: AuthorizationAnswer?) -> [(name: String, value: String?)] {
        switch answer {
        case .approved(let code): [("outcome", "approved"), ("authorizationCode", code)]
        case .declined(let code): [("outcome", "declined"), ("actionCode", code)]
        case nil: []
        }
    }

    func show(json: Bool) {
        let present = members.compactMap { name, value in value.map { (name, $0) } }
        if json {
            return Terminal.output(
                JSONValue.object(present.map { JSONMember($0.0, .string($0.1)) }).indentedText)
        }
        let width = (present.map(\.0.count).max() ?? 0) + 2
        for (name, value) in present {
            Terminal.output(name.padding(toLength: width, withPad: " ", startingAt: 0) + value)
        }
    }
}

extension CryptogramType {
    /// What the card asks for with it.
    fileprivate var name: String {
        switch self {
        case .decline: "declined (AAC)"
        case .approve: "approved offline (TC)"
        case .online: "ask the issuer (ARQC)"
        }
    }
}

extension CommandFailure {
    init(_ error: TerminalError) {
        switch error {
        case .cardRemoved(let reason):
            self.init(
                .noCard, "\(error)",
                nextStep: reason.mayHaveBeenExecuted
                    ? "hold it there again: nothing was authorized"
                    : "is the device on, and its card on the air at this port?")
        case .transaction: self.init(.usage, "\(error)")
        case .noApplication:
            self.init(
                .refused, "\(error)",
                nextStep: "choose a card on the device, or personalize one: seneschal card new --payment test")
        default: self.init(.refused, "\(error)")
        }
    }
}
