public import ElectronicPurse

/// The back office, which settles what a gate took and what it could not find out.
public protocol GateReports: Sendable {
    /// Takes one report. It may come more than once: the terminal and its serial name it.
    func take(_ report: GateReport) async throws(GateReportFailure)

    /// What became of the purchase that it was told of as grey; `nil` while nobody knows.
    func outcome(of record: GreyRecord) async throws(GateReportFailure) -> GreyOutcome?
}

/// The back office did not take a report: it is sent again.
public struct GateReportFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the report was not taken: \(reason)" }
}
