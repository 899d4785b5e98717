import COpenSSL
import CardCryptography
import ISO7816
import SecureChannel

/// SCP02 at level 13 against the same work done directly on libcrypto's DES, and what a session costs to open.
///
/// One exchange is a command of 239 plain bytes wrapped and a response of 239 plain bytes with its R-MAC unwrapped, by
/// the host. Triple DES is slow whoever calls it: the ratio says what is added.
func benchmarkSCP02() -> [Measurement] {
    do {
        return try measureSCP02()
    } catch {
        preconditionFailure("the benchmark's own session is sound: \(error)")
    }
}

private let exchangeCount = 5_000
private let rounds = 9

private func measureSCP02() throws -> [Measurement] {
    guard let implementation = SCP02Implementation(rawValue: 0x35) else { preconditionFailure("i=35 is in Table E-1") }
    let bench = try SCP02Bench(implementation)
    let responses = try bench.responses()
    var ratios: [Double] = []
    var ours: [Double] = []
    var openings: [Double] = []
    for _ in 1...rounds {
        let session = try bench.secondsForSession(responses)
        let direct = bench.secondsForLibcrypto(responses)
        ratios.append(direct / session)
        ours.append(Double(exchangeCount) / session)
        openings.append(try bench.openingsPerSecond())
    }
    return [
        Measurement(
            "SCP02 level 13, wrap + unwrap of 239 bytes, speed relative to libcrypto", median(ratios),
            goal: .atLeast(0.6)),
        Measurement("SCP02 level 13, wrap + unwrap of 239 bytes", median(ours), "exchanges/s"),
        Measurement("SCP02 sessions derived and card cryptograms checked", median(openings), "sessions/s"),
    ]
}

/// One card, one host, one command, over and over.
private struct SCP02Bench {
    let keys = SCP02KeySet.random()
    let hostChallenge = SystemRandomSource().bytes(8)
    let command = CommandAPDU(0x80, 0xE2, 0x88, 0x00, data: SystemRandomSource().bytes(239), expectedLength: 256)
    let implementation: SCP02Implementation
    let card: SCP02CardHandshake

    init(_ implementation: SCP02Implementation) throws {
        self.implementation = implementation
        let handshake = try SCP02Handshake(
            level: .macBothWaysAndDecryption, implementation: implementation, hostChallenge: hostChallenge)
        card = try SCP02CardHandshake(
            handshake.initializeUpdate, keys: keys, keyVersionNumber: 0x20, implementation: implementation,
            keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength), counter: .zero,
            challenge: .random(SystemRandomSource().bytes(6)))
    }

    private func pending() throws -> SCP02Pending {
        try SCP02Handshake(
            level: .macBothWaysAndDecryption, implementation: implementation, hostChallenge: hostChallenge
        ).authenticated(by: card.response, keys: keys)
    }

    /// The card's answers to the exchanges of a session.
    func responses() throws -> [ResponseAPDU] {
        let pending = try pending()
        var card = try card.authenticate(pending.externalAuthenticate)
        var host = try pending.opened(by: ResponseAPDU(.success))
        var responses: [ResponseAPDU] = []
        for _ in 0..<exchangeCount {
            let plain = try card.unwrap(host.wrap(command))
            responses.append(card.wrap(ResponseAPDU(.success, data: plain.data)))
        }
        return responses
    }

    func secondsForSession(_ responses: [ResponseAPDU]) throws -> Double {
        var host = try pending().opened(by: ResponseAPDU(.success))
        var total = 0
        let time = try seconds {
            for response in responses {
                total &+= try host.wrap(command).data.count
                total &+= try host.unwrap(response).data.count
            }
        }
        precondition(total == exchangeCount * (248 + 239), "every exchange was done")
        return time
    }

    func secondsForLibcrypto(_ responses: [ResponseAPDU]) -> Double {
        let direct = DirectTripleDES(keys)
        return seconds {
            for response in responses {
                direct.wrap(command)
                direct.unwrap(response)
            }
        }
    }

    func openingsPerSecond() throws -> Double {
        let count = 1000
        let time = try seconds {
            for _ in 0..<count { _ = try pending() }
        }
        return Double(count) / time
    }
}

/// The same blocks through libcrypto's DES, with schedules made once and one buffer for everything. The keys are not
/// those of the session: what is measured is the work, which is the same with any.
private final class DirectTripleDES {
    private let first = UnsafeMutablePointer<DES_key_schedule>.allocate(capacity: 1)
    private let second = UnsafeMutablePointer<DES_key_schedule>.allocate(capacity: 1)
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
    private var chain = DES_cblock(0, 0, 0, 0, 0, 0, 0, 0)
    private var responseChain = DES_cblock(0, 0, 0, 0, 0, 0, 0, 0)

    init(_ keys: SCP02KeySet) {
        let bytes = keys.enc.bytes.revealed()
        for (half, schedule) in [(bytes.prefix(8), first), (bytes.suffix(8), second)] {
            schedule.initialize(to: DES_key_schedule())
            var block = DES_cblock(0, 0, 0, 0, 0, 0, 0, 0)
            withUnsafeMutableBytes(of: &block) { $0.copyBytes(from: half) }
            DES_set_key_unchecked(&block, schedule)
        }
    }

    deinit {
        first.deallocate()
        second.deallocate()
        buffer.deallocate()
    }

    func wrap(_ command: CommandAPDU) {
        let count = command.data.count
        let header: [UInt8] = [0x84, command.instruction, command.p1, command.p2, UInt8(count + 8)]
        header.withUnsafeBufferPointer { buffer.update(from: $0.baseAddress!, count: 5) }  // five bytes
        command.data.withUnsafeBufferPointer {
            buffer.advanced(by: 5).update(from: $0.baseAddress!, count: count)  // 239 bytes
        }
        var chain = self.chain
        var encrypted = chain
        DES_ecb_encrypt(&chain, &encrypted, first, DES_ENCRYPT)
        self.chain = mac(pad(5 + count), encrypted)
        command.data.withUnsafeBufferPointer { buffer.update(from: $0.baseAddress!, count: count) }  // 239 bytes
        let padded = pad(count)
        var zero = DES_cblock(0, 0, 0, 0, 0, 0, 0, 0)
        DES_ede3_cbc_encrypt(buffer, buffer, padded, first, second, first, &zero, DES_ENCRYPT)
    }

    func unwrap(_ response: ResponseAPDU) {
        // The command again, its answer's length and data, the status word.
        let count = 5 + 239 + 1 + (response.data.count - 8) + 2
        response.data.withUnsafeBufferPointer {
            buffer.advanced(by: 245).update(from: $0.baseAddress!, count: response.data.count - 8)  // 239 bytes
        }
        responseChain = mac(pad(count), responseChain)
    }

    private func pad(_ count: Int) -> Int {
        let padded = (count / 8 + 1) * 8
        buffer[count] = 0x80
        for index in count + 1..<padded { buffer[index] = 0 }
        return padded
    }

    private func mac(_ count: Int, _ initialValue: DES_cblock) -> DES_cblock {
        var initialValue = initialValue
        var block = initialValue
        DES_cbc_cksum(buffer, &block, count, first, &initialValue)
        var middle = block
        DES_ecb_encrypt(&block, &middle, second, DES_DECRYPT)
        DES_ecb_encrypt(&middle, &block, first, DES_ENCRYPT)
        return block
    }
}
