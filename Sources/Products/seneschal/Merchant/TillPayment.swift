import ArgumentParser
import EMV
import Foundation
import ISO4217
import SeneschalAPI
import SeneschalClient
import Terminal

/// One payment of a terminal's with a card, at its payment server, which asks the card's issuer.
struct TillPayment {
    private let file: TillFile
    private let transport: HTTPTransport
    private let acquirer: HTTPCardAcquirer
    private let transaction: String
    /// Whether the name was given: then it may have been used before.
    private let mayBeKnown: Bool
    private let json: Bool

    /// - Parameter transaction: the terminal's own name of the payment; a new one when absent.
    init(_ file: TillFile, trustedCertificates: String?, transaction: String?, json: Bool) throws {
        self.file = file
        transport = try HTTPTransport(server: file.url, trustedCertificates: trustedCertificates)
        acquirer = HTTPCardAcquirer(try file.client(transport))
        self.transaction = transaction ?? UUID().uuidString
        mayBeKnown = transaction != nil
        self.json = json
    }

    /// Shows what became of the payment; only one that the payment server has not heard of is read from a card.
    ///
    /// - Parameter read: holds the card to the terminal.
    func conclude(_ asked: TerminalData, reading read: () async throws -> AuthorizationData) async throws {
        do {
            var answer = try await known(asked)
            if answer == nil { answer = try await authorized(try await read()) }
            if case .declined(let code) = answer {
                throw CommandFailure(.refused, "the payment was declined (\(code))")
            }
            await transport.close()
        } catch {
            await transport.close()
            throw error
        }
    }

    /// Shows a payment by its name, without a card.
    func show() async throws {
        do {
            guard let known = try await self.known() else {
                throw CommandFailure(.refused, "the payment server knows no payment \(transaction) of \(file.name)")
            }
            TransactionReport(known, transaction: transaction).show(json: json)
            if case .declined(let code) = known.answer {
                throw CommandFailure(.refused, "the payment was declined (\(code))")
            }
            await transport.close()
        } catch {
            await transport.close()
            throw error
        }
    }

    private func known(_ asked: TerminalData) async throws -> AuthorizationAnswer? {
        guard mayBeKnown, let known = try await known() else { return nil }
        let currency = Currency(numeric: asked.currency)?.code
        guard UInt64(clamping: known.payment.amount) == asked.amount, known.payment.currency == currency else {
            throw CommandFailure(
                .refused,
                "\(transaction) was a payment of \(known.payment.amount) \(known.payment.currency), in minor units",
                nextStep: "choose another --transaction")
        }
        TransactionReport(known, transaction: transaction).show(json: json)
        return known.answer
    }

    private func known() async throws -> KnownCardPayment? {
        do throws(AcquirerError) {
            return try await acquirer.answer(to: transaction)
        } catch {
            throw failure(error)
        }
    }

    private func authorized(_ data: AuthorizationData) async throws -> AuthorizationAnswer {
        switch await acquirer.settled(data, transaction: transaction, merchant: file.name) {
        case .success(let answer):
            TransactionReport(data, answer, transaction: transaction).show(json: json)
            return answer
        case .failure(let error): throw failure(error)
        }
    }

    private func failure(_ error: AcquirerError) -> CommandFailure {
        switch error {
        case .refused(let code, let detail): CommandFailure(.refused, "\(code): \(detail)")
        case .unsettled(let detail):
            CommandFailure(
                .unknownOutcome, detail,
                nextStep: "repeat with --transaction \(transaction): it shows what became of the payment")
        }
    }
}

extension Acquirer {
    /// Asks until it is settled, always with the same name of the transaction; four times at most.
    func settled(
        _ data: AuthorizationData, transaction: String, merchant: String
    ) async -> Result<AuthorizationAnswer, AcquirerError> {
        var attempt = 1
        while true {
            do throws(AcquirerError) {
                return .success(try await authorize(data, transaction: transaction, merchant: merchant))
            } catch {
                guard case .unsettled = error, attempt < 4 else { return .failure(error) }
            }
            attempt += 1
            try? await Task.sleep(for: .milliseconds(500))
        }
    }
}
