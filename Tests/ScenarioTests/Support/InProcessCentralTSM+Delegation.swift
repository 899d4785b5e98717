import CardCryptography
import ISO7816
import ServiceProvider
import TrustedServiceManager

extension InProcessCentralTSM: DelegationConnection {
    func delegatedContent(
        on secureElementID: String, of subscriber: Subscriber
    ) async throws(CentralTSMConnectionError) -> [DelegatedObject] {
        try await asking { tsm throws(TSMError) in
            try await tsm.delegatedContent(on: id(secureElementID), of: msi(subscriber), for: provider)
        }.map {
            DelegatedObject(
                aid: $0.aid, isLoadFile: $0.kind == .loadFile, securityDomain: $0.securityDomain,
                isSelectable: $0.isSelectable)
        }
    }

    func requestTokens(
        for commands: [CommandAPDU], on secureElementID: String, of subscriber: Subscriber, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        ApprovedCommands(
            try await asking { tsm throws(TSMError) in
                try await tsm.approve(
                    ApprovalRequest(
                        secureElement: id(secureElementID), msi: msi(subscriber), commands: commands),
                    context(key, "tokens", commands.map(\.bytes.hex).joined()))
            })
    }

    func returnReceipts(
        _ receipts: [CardReceipt], of approval: String, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        ApprovedCommands(
            try await asking { tsm throws(TSMError) in
                try await tsm.acceptReceipts(
                    receipts.map { ReturnedReceipt(tokenNumber: $0.tokenNumber, answer: $0.answer) },
                    of: ApprovalID(rawValue: approval),
                    context(key, "receipts", approval + receipts.map(\.answer.hex).joined()))
            })
    }

    func settleTokens(
        of approval: String, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        ApprovedCommands(
            try await asking { tsm throws(TSMError) in
                try await tsm.settleApproval(ApprovalID(rawValue: approval), context(key, "settle", approval))
            })
    }

    private func id(_ text: String) throws(TSMError) -> SecureElementIdentifier {
        do {
            return try SecureElementIdentifier(value: text)
        } catch {
            throw .invalid(field: error.field, reason: error.reason)
        }
    }
}

extension ApprovedCommands {
    init(_ approval: Approval) {
        self.init(
            id: approval.id.rawValue,
            tokens: approval.tokens.compactMap { token in
                guard let command = try? CommandAPDU(bytes: token.command),
                    let state = Token.State(rawValue: token.state.rawValue)
                else { return nil }
                return Token(number: token.number, command: command, state: state)
            })
    }
}
