import CardCryptography
import ISO7816
import TrustedReading

/// SA2, the second security application of a trusted reading: it is paired with the NFC controller, and does what SA1 says
/// (TNFC).
///
///     80 12 00 00        what waits for the NFC controller; 6310 when there is more of it, 6A88 when nothing waits
///     80 14 00 P2 data   what the NFC controller answered, P2 = 01 before the last piece; 6982 when that ends channel 2
///
/// From outside nothing can be asked of it: only an Application on its list, with the shared secret, can.
struct SecondSecurityApplication: SecurityApplication {
    var profile: SecondApplicationProfile?
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
        guard environment.interface == .wired else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        guard [0x8012, 0x8014].contains(command.appletInstruction) else {
            return ResponseAPDU(.instructionNotSupported)
        }
        let parametersMax = command.instruction == TrustedReading.deliver ? TrustedReading.morePieces : 0x00
        guard command.p1 == 0x00, command.p2 <= parametersMax else { return ResponseAPDU(.incorrectParameters) }
        var memory = Self.memory(in: working)
        defer { Self.keep(memory, in: &working) }
        return command.instruction == TrustedReading.fetch
            ? fetch(command, &memory) : deliver(command, &memory)
    }

    private func fetch(_ command: CommandAPDU, _ memory: inout SecondApplicationMemory) -> ResponseAPDU {
        guard command.data.isEmpty else { return ResponseAPDU(.wrongLength) }
        guard let outgoing = memory.outgoing else { return ResponseAPDU(.referencedDataNotFound) }
        guard let limit = command.expectedLength else { return ResponseAPDU(.wrongLength) }
        let rest = Array(outgoing.dropFirst(limit))
        memory.outgoing = rest.isEmpty ? nil : rest
        return ResponseAPDU(rest.isEmpty ? .success : .moreDataAvailable, data: Array(outgoing.prefix(limit)))
    }

    private func deliver(_ command: CommandAPDU, _ memory: inout SecondApplicationMemory) -> ResponseAPDU {
        do throws(LinkError) {
            switch memory.link {
            case .closed, .failed: return ResponseAPDU(.conditionsOfUseNotSatisfied)
            case .greeting(let handshake):
                guard let answer = try Self.answer(endingWith: command, &memory) else { return ResponseAPDU(.success) }
                var session = try handshake.opened(by: answer)
                memory.outgoing = try session.seal(ControllerCommand.field(isOn: true).bytes)
                memory.link = .open(session)
                memory.isAwaiting = true
            case .open(var session):
                guard let answer = try Self.answer(endingWith: command, &memory) else { return ResponseAPDU(.success) }
                let message = try session.open(answer)
                guard (try? ControllerEvent(bytes: message)) != nil else { throw .malformed }
                memory.link = .open(session)
                memory.isAwaiting = false
                memory.event = message
            }
            return ResponseAPDU(.success)
        } catch {
            memory = Self.failed(error, memory)
            return ResponseAPDU(.securityStatusNotSatisfied)
        }
    }

    /// The controller's answer, once its last piece is here.
    private static func answer(
        endingWith command: CommandAPDU, _ memory: inout SecondApplicationMemory
    ) throws(LinkError) -> [UInt8]? {
        // Nobody asked, or what was asked has not been fetched.
        guard memory.isAwaiting, memory.outgoing == nil else { throw .outOfOrder(expected: 0, found: 0) }
        let answer = memory.incoming + command.data
        guard answer.count <= LinkSession.frameLengthMax else { throw .tooLong(answer.count) }
        let isLast = command.p2 != TrustedReading.morePieces
        memory.incoming = isLast ? [] : answer
        return isLast ? answer : nil
    }

    /// Channel 2 is over: its keys are gone once the controller has been told to switch the field off.
    private static func failed(_ error: LinkError, _ memory: SecondApplicationMemory) -> SecondApplicationMemory {
        var after = SecondApplicationMemory(link: .failed(LinkFailure(error)))
        if case .open(var session) = memory.link {
            after.outgoing = try? session.seal(ControllerCommand.field(isOn: false).bytes)
        }
        return after
    }

    private static func memory(in working: WorkingMemory) -> SecondApplicationMemory {
        if case .second(let memory) = working.reading { memory } else { SecondApplicationMemory() }
    }

    private static func keep(_ memory: SecondApplicationMemory, in working: inout WorkingMemory) {
        working.reading = memory == SecondApplicationMemory() ? nil : .second(memory)
    }
}

// MARK: - SA1

extension SecondSecurityApplication {
    func answer(
        _ call: [UInt8], from caller: AID, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> [UInt8]? {
        guard let profile, let own = environment.application, profile.callers.contains(caller),
            call.count > SharedSecret.proofLength
        else { return nil }
        let message = Array(call.dropLast(SharedSecret.proofLength))
        let proof = profile.secret.proof(of: message, from: caller, to: own)
        guard constantTimeEqual(proof, Array(call.suffix(SharedSecret.proofLength))),
            let asked = try? SharedCall(bytes: message)
        else { return nil }
        var memory = Self.memory(in: working)
        let answer = answer(asked, profile, environment, &memory).bytes
        Self.keep(memory, in: &working)
        return answer + profile.secret.proof(ofAnswer: answer, to: message)
    }

    private func answer(
        _ call: SharedCall, _ profile: SecondApplicationProfile, _ environment: AppletEnvironment,
        _ memory: inout SecondApplicationMemory
    ) -> SharedAnswer {
        switch call {
        case .open:
            switch memory.link {
            case .greeting, .open: return .busy
            case .closed, .failed: break
            }
            let handshake = LinkHandshake(pairing: profile.pairing, random: environment.random)
            memory = SecondApplicationMemory(link: .greeting(handshake), outgoing: handshake.hello, isAwaiting: true)
            return .done
        case .send(let command): return send(command, &memory)
        case .collect: return collect(&memory)
        case .close:
            var after = SecondApplicationMemory()
            if case .open(var session) = memory.link {
                after.outgoing = try? session.seal(ControllerCommand.field(isOn: false).bytes)
            }
            memory = after
            return .done
        }
    }

    private func send(_ command: ControllerCommand, _ memory: inout SecondApplicationMemory) -> SharedAnswer {
        if case .failed = memory.link { return collect(&memory) }
        guard case .open(var session) = memory.link, !memory.isAwaiting, memory.event == nil else { return .outOfTurn }
        do throws(LinkError) {
            memory.outgoing = try session.seal(command.bytes)
        } catch {
            memory = Self.failed(error, memory)
            return collect(&memory)
        }
        memory.link = .open(session)
        memory.isAwaiting = true
        return .done
    }

    private func collect(_ memory: inout SecondApplicationMemory) -> SharedAnswer {
        if case .failed(let failure) = memory.link {
            // The last frame may still have to be fetched.
            memory = SecondApplicationMemory(outgoing: memory.outgoing)
            return .failed(failure)
        }
        if let event = memory.event {
            memory.event = nil
            return .event(event)
        }
        return memory.isAwaiting ? .pending : .outOfTurn
    }
}
