import ElectronicPurse

/// The back office, which settles what a gate took and what it could not find out.
public protocol GateReports: Sendable {
    /// Takes one report. It may come more than once: the terminal and its serial name it.
    func take(_ report: GateReport) async throws(GateReportFailure)
}

/// The back office did not take a report: it is sent again.
public struct GateReportFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the report was not taken: \(reason)" }
}

/// What a gate tells its back office.
public enum GateReport: Hashable, Sendable, Codable {
    case paid(GatePassage)
    case grey(GreyRecord)

    /// Of the terminal's security module: names the report.
    public var terminalSerial: UInt32 {
        switch self {
        case .paid(let passage): passage.purchase.terminalSerial
        case .grey(let record): record.pending.purchase.terminalSerial
        }
    }
}
