import ISO7816

/// What scripts made beforehand share, whether or not the card has spoken yet.
extension SecureMessaging {
    /// Wraps all commands and keeps what each leaves behind for its response.
    mutating func wrapAll(
        _ commands: [CommandAPDU], after opening: [CommandAPDU]
    ) throws(SCP03ForecastError) -> (script: [CommandAPDU], states: [State]) {
        var script = opening
        var states: [State] = []
        script.reserveCapacity(opening.count + commands.count)
        states.reserveCapacity(commands.count)
        for (index, command) in commands.enumerated() {
            do { try checkLength(of: command) } catch { throw .command(index, error) }
            script.append(wrapCommand(command))
            states.append(state)
        }
        return (script, states)
    }

    /// Judges the answers from EXTERNAL AUTHENTICATE on; there may be fewer than commands.
    consuming func judge(
        externalAuthenticate: ResponseAPDU, commands responses: ArraySlice<ResponseAPDU>, states: [State]
    ) -> SCP03ForecastOutcome {
        guard externalAuthenticate.statusWord == .success else {
            return .stopped(at: .externalAuthenticate, externalAuthenticate.statusWord, answered: [])
        }
        guard externalAuthenticate.data.isEmpty else {
            return .cardMisbehaved(
                at: .externalAuthenticate,
                .unexpectedResponseData(count: externalAuthenticate.data.count), answered: [])
        }
        var answered: [ResponseAPDU] = []
        answered.reserveCapacity(responses.count)
        for (index, response) in responses.enumerated() {
            do {
                answered.append(try unwrapResponse(response, after: states[index]))
            } catch {
                return .cardMisbehaved(at: .command(index), error, answered: answered)
            }
        }
        if let last = answered.last, last.statusWord.isRefusal {
            return .stopped(at: .command(answered.count - 1), last.statusWord, answered: answered)
        }
        guard answered.count == states.count else {
            return .torn(at: .command(answered.count), answered: answered)
        }
        return .complete(answered)
    }
}
