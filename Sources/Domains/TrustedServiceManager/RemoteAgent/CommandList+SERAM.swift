import ISO7816
import SERAM

extension RemoteManagementOrder {
    /// Start before the first order of a session, the script that stops at the first refusal, the reading after it.
    init(_ list: CommandList, element: SecureElementDescription?, isFirst: Bool) {
        var commands: [RAMCommand] = isFirst ? [.start] : []
        commands.append(.secureElement(list.script.map { HexAPDU($0) }, stopAtFirstRefusal: true))
        if !list.epilogue.isEmpty { commands.append(.secureElement(list.epilogue.map { HexAPDU($0) })) }
        self.init(
            delay: 0, chosenSecureElement: element, ramCommands: commands, orderNumber: Int(list.number.rawValue))
    }
}

extension SecureElementReport {
    /// The first response answers the script, the second the reading.
    init(_ report: RemoteManagementReport) {
        let lists = report.ramResponses ?? []
        func answers(_ index: Int) -> [[UInt8]?] {
            guard index < lists.count else { return [] }
            return lists[index].listOfRAPDU.map { $0.isAvailable ? $0.bytes : nil }
        }
        self.init(
            script: answers(0), epilogue: answers(1),
            isLost: report.localAgentStatus.localAgentStatusEnum == .unknownFailure && lists.isEmpty)
    }
}
