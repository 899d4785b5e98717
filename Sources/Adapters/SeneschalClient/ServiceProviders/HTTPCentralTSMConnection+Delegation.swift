public import ISO7816
import SeneschalAPI
public import ServiceProvider

extension HTTPCentralTSMConnection: DelegationConnection {
    public func delegatedContent(
        on secureElementID: String, of subscriber: Subscriber
    ) async throws(CentralTSMConnectionError) -> [DelegatedObject] {
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.delegatedContent(
                .init(seId: API.SecureElementIdentifier(shortForm: secureElementID), msi: subscriber.api))
        }
        var objects: [DelegatedObject] = []
        for object in answer.objects {
            objects.append(
                DelegatedObject(
                    aid: try AID(answered: object.aid), isLoadFile: object.kind == .loadFile,
                    securityDomain: try AID(answered: object.securityDomain), isSelectable: object.isSelectable))
        }
        return objects
    }

    public func requestTokens(
        for commands: [CommandAPDU], on secureElementID: String, of subscriber: Subscriber, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        try ApprovedCommands(
            answered: try await asking { () async throws(SeneschalClientError) in
                try await client.requestTokens(
                    .init(
                        seId: API.SecureElementIdentifier(shortForm: secureElementID), msi: subscriber.api,
                        apdus: commands.map { HexBytes($0.bytes) }), idempotencyKey: key)
            })
    }

    public func returnReceipts(
        _ receipts: [CardReceipt], of approval: String, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        try ApprovedCommands(
            answered: try await asking { () async throws(SeneschalClientError) in
                try await client.returnReceipts(
                    .init(
                        approvalId: approval,
                        receipts: receipts.map {
                            .init(tokenNumber: Int(clamping: $0.tokenNumber), answer: HexBytes($0.answer))
                        }), idempotencyKey: key)
            })
    }

    public func settleTokens(
        of approval: String, key: String
    ) async throws(CentralTSMConnectionError) -> ApprovedCommands {
        try ApprovedCommands(
            answered: try await asking { () async throws(SeneschalClientError) in
                try await client.settleTokens(.init(approvalId: approval), idempotencyKey: key)
            })
    }
}

extension ApprovedCommands {
    fileprivate init(answered approval: API.Approval) throws(CentralTSMConnectionError) {
        var tokens: [Token] = []
        for token in approval.tokens {
            let command: CommandAPDU
            do { command = try CommandAPDU(bytes: token.apdu.bytes) } catch { throw malformed }
            guard let number = UInt64(exactly: token.number), let state = Token.State(rawValue: token.state.rawValue)
            else { throw malformed }
            tokens.append(Token(number: number, command: command, state: state))
        }
        self.init(id: approval.approvalId, tokens: tokens)
    }
}
