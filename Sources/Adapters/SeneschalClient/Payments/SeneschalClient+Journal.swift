public import SeneschalAPI

extension SeneschalClient {
    /// The whole journal of a payment server as plain-text accounting, part by part as it comes.
    public func exportJournal(as format: API.JournalFormat, _ take: (String) throws -> Void) async throws {
        try await receive(Endpoints.exportJournal, ["format": format.rawValue], take)
    }
}
