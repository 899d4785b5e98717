import CardCryptography
import ISO7816
import SecureChannel
import TrustedReading

/// SA1, the first security application of a trusted reading: it knows TEE applications by their keys, and reaches the NFC
/// controller through SA2 alone (TNFC).
///
///     80 50 version 00 | 84 82 33 00            SCP03 at level 33; the answer is the channel number
///     84 E0…E8 channel P2                       ``ReadingRequest``
///
/// One TEE application reads at a time. Whatever fails ends the session, and with it the reading.
struct FirstSecurityApplication: SecurityApplication {
    var profile: FirstApplicationProfile?
    var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes)]).bytes
    }

    var contactlessOffer: ContactlessOffer? { nil }

    func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        guard environment.interface == .wired, let profile else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        var memory = FirstApplicationMemory()
        if case .first(let kept) = working.reading { memory = kept }
        memory.resumption = nil
        let reading = FirstApplicationReading(profile, environment)
        let response = reading.process(command, &memory, &working.call)
        working.reading = memory == FirstApplicationMemory() ? nil : .first(memory)
        return response
    }

    func resume(
        with answer: [UInt8]?, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        guard let profile, case .first(var memory) = working.reading else { return ResponseAPDU(.noPreciseDiagnosis) }
        let reading = FirstApplicationReading(profile, environment)
        let response = reading.resume(with: answer, &memory)
        working.reading = .first(memory)
        return response
    }
}
