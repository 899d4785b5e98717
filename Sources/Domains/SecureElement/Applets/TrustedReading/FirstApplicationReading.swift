import CardCryptography
import ISO7816
import SecureChannel
import TrustedReading

/// SA1 at work on one command.
struct FirstApplicationReading {
    private let profile: FirstApplicationProfile
    private let environment: AppletEnvironment

    init(_ profile: FirstApplicationProfile, _ environment: AppletEnvironment) {
        self.profile = profile
        self.environment = environment
    }

    func process(
        _ command: CommandAPDU, _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?
    ) -> ResponseAPDU {
        switch command.instruction {
        case TrustedReading.initializeUpdate where command.appletInstruction == 0x8050:
            initializeUpdate(command, &memory)
        case TrustedReading.externalAuthenticate: externalAuthenticate(command, &memory, &call)
        case 0xE0...0xE8: request(command, &memory, &call)
        default: ResponseAPDU(.instructionNotSupported)
        }
    }

    /// The version number says which TEE application wants a session; another one's handshake is dropped.
    private func initializeUpdate(_ command: CommandAPDU, _ memory: inout FirstApplicationMemory) -> ResponseAPDU {
        memory.handshake = nil
        guard let keys = profile.applications[command.p1] else { return ResponseAPDU(.referencedDataNotFound) }
        do throws(SecureChannelCardError) {
            let handshake = try ReadingCardHandshake(command, keys: keys, random: environment.random)
            memory.handshake = handshake
            return handshake.response
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    /// A TEE application that has proved itself gets a channel number. A session that it had before is over, and a reading
    /// that it left open.
    private func externalAuthenticate(
        _ command: CommandAPDU, _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?
    ) -> ResponseAPDU {
        guard let handshake = memory.handshake else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        memory.handshake = nil
        let session: ReadingCardSession
        do throws(SecureChannelCardError) { session = try handshake.opened(by: command) } catch {
            return ResponseAPDU(error.statusWord)
        }
        let left = memory.channels.filter { $0.value.session.application == session.application }.keys
        for number in left { memory.channels[number] = nil }
        let number = memory.nextNumber()
        memory.channels[number] = FirstApplicationMemory.Channel(session: session)
        let response = ResponseAPDU(.success, data: [number])
        guard let holder = memory.holder, left.contains(holder) else { return response }
        return close(&memory, &call, answering: response)
    }

    private func request(
        _ command: CommandAPDU, _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?
    ) -> ResponseAPDU {
        let number = command.p1
        guard var channel = memory.channels[number] else { return ResponseAPDU(.conditionsOfUseNotSatisfied) }
        let request: ReadingRequest
        do throws(SecureChannelCardError) { request = try channel.session.unwrap(command) } catch {
            memory.channels[number] = nil
            let refusal = ResponseAPDU(error.statusWord)
            return memory.holder == number ? close(&memory, &call, answering: refusal) : refusal
        }
        memory.channels[number] = channel
        switch request {
        case .open where memory.holder == nil:
            memory.holder = number
            return ask(.open, for: number, &memory, &call)
        case .open:
            return answer(memory.holder == number ? .outOfTurn : .busy, number, &memory)
        case .poll, .transmit, .collect:
            guard memory.holder == number else { return answer(.outOfTurn, number, &memory) }
            return read(request, number, &memory, &call)
        case .close:
            if memory.holder == number { return ask(.close, for: number, &memory, &call) }
            return end(with: .done, number, &memory)
        }
    }

    private func read(
        _ request: ReadingRequest, _ number: UInt8, _ memory: inout FirstApplicationMemory,
        _ call: inout ShareableCall?
    ) -> ResponseAPDU {
        switch request {
        case .poll(let technology, let milliseconds):
            memory.channels[number]?.command = []
            return ask(.send(.poll(technology, milliseconds: milliseconds)), for: number, &memory, &call)
        case .transmit(let piece, let isLast):
            let command = (memory.channels[number]?.command ?? []) + piece
            memory.channels[number]?.command = isLast ? [] : command
            guard command.count <= TrustedReading.messageLengthMax else {
                memory.channels[number]?.command = []
                return answer(.tooLong, number, &memory)
            }
            guard isLast else { return answer(.done, number, &memory) }
            return ask(.send(.apdu(command)), for: number, &memory, &call)
        case .collect:
            guard memory.channels[number]?.event.isEmpty ?? true else { return nextPiece(number, &memory) }
            return ask(.collect, for: number, &memory, &call)
        case .open, .close:
            return answer(.outOfTurn, number, &memory)
        }
    }
}

// MARK: - SA2

extension FirstApplicationReading {
    private func ask(
        _ what: SharedCall, for number: UInt8, _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?
    ) -> ResponseAPDU {
        prepare(what, &memory, &call)
        memory.resumption = .answer(number, to: what)
        return ResponseAPDU(.noPreciseDiagnosis)
    }

    /// Nobody reads any more: SA2 erases its keys and switches the field off.
    private func close(
        _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?, answering response: ResponseAPDU
    ) -> ResponseAPDU {
        memory.holder = nil
        prepare(.close, &memory, &call)
        memory.resumption = .respond(response)
        return response
    }

    private func prepare(_ what: SharedCall, _ memory: inout FirstApplicationMemory, _ call: inout ShareableCall?) {
        guard let own = environment.application else { return }
        memory.call = what.bytes
        let proof = profile.secret.proof(of: memory.call, from: own, to: profile.secondApplication)
        call = ShareableCall(callee: profile.secondApplication, message: memory.call + proof)
    }

    func resume(with answer: [UInt8]?, _ memory: inout FirstApplicationMemory) -> ResponseAPDU {
        let call = memory.call
        memory.call = []
        defer { memory.resumption = nil }
        switch memory.resumption {
        case .respond(let response): return response
        case .answer(let number, let asked):
            return self.answer(told(answer, call), to: asked, number, &memory)
        case nil: return ResponseAPDU(.noPreciseDiagnosis)
        }
    }

    /// SA2's answer, when it is SA2's.
    private func told(_ answer: [UInt8]?, _ call: [UInt8]) -> SharedAnswer {
        guard let answer, answer.count > SharedSecret.proofLength else { return .failed(.notPaired) }
        let message = Array(answer.dropLast(SharedSecret.proofLength))
        let proof = Array(answer.suffix(SharedSecret.proofLength))
        guard constantTimeEqual(profile.secret.proof(ofAnswer: message, to: call), proof),
            let told = try? SharedAnswer(bytes: message)
        else { return .failed(.notPaired) }
        return told
    }

    private func answer(
        _ told: SharedAnswer, to asked: SharedCall, _ number: UInt8, _ memory: inout FirstApplicationMemory
    ) -> ResponseAPDU {
        switch told {
        case .done where asked == .close:
            memory.holder = nil
            return end(with: .done, number, &memory)
        case .done: return answer(.done, number, &memory)
        case .event(let bytes):
            memory.channels[number]?.event = bytes
            return nextPiece(number, &memory)
        case .pending: return answer(.pending, number, &memory)
        case .outOfTurn: return answer(.outOfTurn, number, &memory)
        case .busy:
            memory.holder = nil
            return answer(.busy, number, &memory)
        case .failed(let failure):
            memory.holder = nil
            return end(with: .linkFailed(failure), number, &memory)
        }
    }
}

// MARK: - Answers

extension FirstApplicationReading {
    private func nextPiece(_ number: UInt8, _ memory: inout FirstApplicationMemory) -> ResponseAPDU {
        let event = memory.channels[number]?.event ?? []
        let piece = Array(event.prefix(ReadingAnswer.pieceLengthMax))
        memory.channels[number]?.event = Array(event.dropFirst(piece.count))
        return answer(.event(piece, isLast: piece.count == event.count), number, &memory)
    }

    private func answer(
        _ answer: ReadingAnswer, _ number: UInt8, _ memory: inout FirstApplicationMemory
    ) -> ResponseAPDU {
        memory.channels[number]?.session.wrap(answer) ?? ResponseAPDU(.conditionsOfUseNotSatisfied)
    }

    /// The last answer of a session.
    private func end(
        with last: ReadingAnswer, _ number: UInt8, _ memory: inout FirstApplicationMemory
    ) -> ResponseAPDU {
        let response = answer(last, number, &memory)
        memory.channels[number] = nil
        return response
    }
}
