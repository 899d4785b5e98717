import ISO7816

/// An Application calls another one of the same card: a value that its process leaves behind, and the OPEN carries out.
///
/// The callee learns who calls from the OPEN, which nobody can lie to. Whatever more the two agree on is theirs: the
/// trusted reading adds a shared secret. An Application whose code offers nothing to others answers nothing. Cf. the
/// shareable interface of Java Card, JCRE §6.2.4.
struct ShareableCall: Equatable, Sendable {
    var callee: AID
    var message: [UInt8]

    /// Calls that one command may lead to: an answer that leads to the next call is not endless.
    static let callsMax = 4
}

extension Applet {
    /// Most applets offer nothing to others.
    func answer(
        _ call: [UInt8], from caller: AID, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> [UInt8]? { nil }

    /// Most applets call nobody.
    func resume(
        with answer: [UInt8]?, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU { ResponseAPDU(.noPreciseDiagnosis) }
}

extension SecureElement {
    /// The answer of the Application that is called; `nil` when it is not there, locked, or does not answer this caller.
    mutating func answer(_ call: ShareableCall, from caller: AID, on channel: Int) -> [UInt8]? {
        guard call.callee != caller, let application = memory.application(call.callee), application.isSelectable,
            case .applet(let callee) = application.content
        else { return nil }
        var environment = environment(on: channel)
        environment.application = call.callee
        var working = workingMemory[call.callee] ?? WorkingMemory()
        let answer = callee.code.applet.answer(call.message, from: caller, environment, &working)
        workingMemory[call.callee] = working == WorkingMemory() ? nil : working
        return answer
    }
}
