import ISO7816
import SERAM

extension RemoteManagementReport {
    /// The report on an order that will not be executed any further.
    ///
    /// - PROCESSED: everything that was sent was answered, and something was (or there was nothing to send).
    /// - UNAVAILABLE_SE: the card could not be reached and nothing was sent.
    /// - UNKNOWN_FAILURE: an APDU was sent and not answered, or the agent never came to send one.
    init(
        on order: RemoteManagementOrder, responses: [[HexAPDU]], failure: String?, cardWasUnreachable: Bool
    ) {
        let sent = responses.joined()
        let status: LocalAgentStatusEnum =
            if failure == nil || !sent.isEmpty && sent.allSatisfy(\.isAvailable) {
                .processed
            } else if sent.isEmpty && cardWasUnreachable {
                .unavailableSecureElement
            } else {
                .unknownFailure
            }
        let complete = zip(order.secureElementCommands, responses).count { $0.isComplete(answeredBy: $1) }
        self.init(
            localAgentStatus: LocalAgentStatus(status, executedSeRamCommands: complete, errorMsg: failure),
            ramResponses: responses.isEmpty ? nil : responses.map { SERAMResponse(listOfRAPDU: $0) },
            inReplyTo: order.orderNumber)
    }

    /// The report on an order that nothing was done for.
    init(refusing order: RemoteManagementOrder, _ status: LocalAgentStatusEnum, _ reason: String) {
        self.init(
            localAgentStatus: LocalAgentStatus(status, executedSeRamCommands: 0, errorMsg: reason),
            inReplyTo: order.orderNumber)
    }

    /// The report on an order that a restart of the agent cut short.
    init(interrupted entry: AgentJournalState.Entry) {
        let asked = entry.order.secureElementCommands.reduce(0) { $0 + $1.listOfCAPDU.count }
        let answered = entry.responses.joined().count(where: \.isAvailable)
        self.init(
            on: entry.order, responses: entry.responses,
            failure: "the agent was restarted after \(answered) of \(asked) APDUs were answered",
            cardWasUnreachable: false)
    }
}

extension SERAMCommand {
    /// Whether the list was run to its end, or to the refusal it stops at.
    fileprivate func isComplete(answeredBy responses: [HexAPDU]) -> Bool {
        guard let last = responses.last else { return listOfCAPDU.isEmpty }
        guard responses.allSatisfy(\.isAvailable) else { return false }
        if responses.count == listOfCAPDU.count { return true }
        guard stopAtFirstRefusal == true, let status = try? last.response()?.statusWord else { return false }
        return status.endsList
    }
}
