import COpenSSL
import CardCryptography
import ISO7816
import SecureChannel

/// SCP03 at the highest level against the same work done directly on libcrypto, and what a session costs to open.
///
/// One exchange is a command of 239 plain bytes wrapped and a response of 239 plain bytes unwrapped, by the host. The
/// responses are the card end's; both contenders send and read the same bytes.
func benchmarkSecureChannel() -> [Measurement] {
    do {
        return try measureSecureChannel()
    } catch {
        preconditionFailure("the benchmark's own session is sound: \(error)")
    }
}

private let exchangeCount = 20_000
private let rounds = 9

private func measureSecureChannel() throws -> [Measurement] {
    let bench = try SecureChannelBench()
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
            "SCP03 level 33, wrap + unwrap of 239 bytes, speed relative to libcrypto", median(ratios),
            goal: .atLeast(0.6)),
        Measurement("SCP03 level 33, wrap + unwrap of 239 bytes", median(ours), "exchanges/s"),
        Measurement("SCP03 sessions derived and card cryptograms checked", median(openings), "sessions/s"),
    ]
}

/// One card, one host, one command, over and over.
private struct SecureChannelBench {
    let keys = SCP03KeySet.random(.aes128)
    let hostChallenge = SystemRandomSource().bytes(8)
    let cardChallenge = SystemRandomSource().bytes(8)
    let command = CommandAPDU(0x80, 0xE2, 0x88, 0x00, data: SystemRandomSource().bytes(239), expectedLength: 256)
    let implementation = SCP03Implementation(mode: .s8, isPseudoRandom: false, responseSecurity: .macAndEncryption)
    let card: SCP03CardHandshake

    init() throws {
        let handshake = try SCP03Handshake(level: .full, hostChallenge: hostChallenge)
        card = try SCP03CardHandshake(
            handshake.initializeUpdate, keys: keys, keyVersionNumber: 0x30, implementation: implementation,
            keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength),
            challenge: .random(cardChallenge))
    }

    private func pending() throws -> SCP03Pending {
        try SCP03Handshake(level: .full, hostChallenge: hostChallenge).authenticated(by: card.response, keys: keys)
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
        let direct = DirectSession(keys, hostChallenge: hostChallenge, cardChallenge: cardChallenge)
        var total = 0
        let time = seconds {
            for response in responses {
                direct.wrap(command)
                total &+= direct.unwrap(response)
            }
        }
        precondition(total == exchangeCount * 239, "every response was verified and read")
        return time
    }

    func openingsPerSecond() throws -> Double {
        let count = 2000
        let time = try seconds {
            for _ in 0..<count { _ = try pending() }
        }
        return Double(count) / time
    }
}

/// The host's end written straight onto libcrypto: contexts keyed once, one buffer for everything, nothing checked that
/// the protocol does not ask for.
private final class DirectSession {
    private let counterCipher: OpaquePointer
    private let encryptor: OpaquePointer
    private let decryptor: OpaquePointer
    private let commandMAC: OpaquePointer
    private let responseMAC: OpaquePointer
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
    private let block = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    private let prefix = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    private let tag = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    private var counter: UInt64 = 0
    private var tagLength = 0
    private var written: Int32 = 0

    init(_ keys: SCP03KeySet, hostChallenge: [UInt8], cardChallenge: [UInt8]) {
        let context = hostChallenge + cardChallenge
        func derived(_ key: AESKey, _ constant: UInt8, _ count: Int = 16) -> [UInt8] {
            CounterModeKDF.deriveGlobalPlatform(key: key, constant: constant, context: context, count: count)
                .revealed()
        }
        func cipher(_ name: String, _ key: [UInt8], encrypting: Int32) -> OpaquePointer {
            // Memory is not exhausted in a benchmark.
            let cipher = EVP_CIPHER_CTX_new()!
            EVP_CipherInit_ex(cipher, EVP_get_cipherbyname(name), nil, key, nil, encrypting)
            EVP_CIPHER_CTX_set_padding(cipher, 0)
            return cipher
        }
        func mac(_ key: [UInt8]) -> OpaquePointer {
            // Memory is not exhausted in a benchmark.
            let mac = CMAC_CTX_new()!
            CMAC_Init(mac, key, key.count, EVP_aes_128_cbc(), nil)
            return mac
        }
        let sessionENC = derived(keys.enc, 0x04)
        let sessionMAC = derived(keys.mac, 0x06)
        counterCipher = cipher("AES-128-ECB", sessionENC, encrypting: 1)
        encryptor = cipher("AES-128-CBC", sessionENC, encrypting: 1)
        decryptor = cipher("AES-128-CBC", sessionENC, encrypting: 0)
        commandMAC = mac(sessionMAC)
        responseMAC = mac(derived(keys.mac, 0x07))
        var hostMAC = AESCMAC(key: AESKey.benchmark(sessionMAC))
        let cryptogram = CounterModeKDF.deriveGlobalPlatform(&hostMAC, constant: 0x01, context: context, count: 8)
        let chaining = hostMAC.tag(
            of: [UInt8](repeating: 0, count: 16) + [0x84, 0x82, 0x33, 0x00, 0x10] + cryptogram.revealed())
        for index in 0..<16 { tag[index] = chaining[index] }
    }

    deinit {
        EVP_CIPHER_CTX_free(counterCipher)
        EVP_CIPHER_CTX_free(encryptor)
        EVP_CIPHER_CTX_free(decryptor)
        CMAC_CTX_free(commandMAC)
        CMAC_CTX_free(responseMAC)
        for memory in [buffer, block, prefix, tag] { memory.deallocate() }
    }

    func wrap(_ command: CommandAPDU) {
        counter += 1
        let count = command.data.count
        command.data.withUnsafeBufferPointer { buffer.update(from: $0.baseAddress!, count: count) }  // 239 bytes
        let padded = (count / 16 + 1) * 16
        buffer[count] = 0x80
        for index in count + 1..<padded { buffer[index] = 0 }
        initialValue(0x00)
        EVP_EncryptInit_ex(encryptor, nil, nil, nil, block)
        EVP_EncryptUpdate(encryptor, buffer, &written, buffer, Int32(padded))
        prefix.update(from: tag, count: 16)
        prefix[16] = 0x84
        prefix[17] = command.instruction
        prefix[18] = command.p1
        prefix[19] = command.p2
        prefix[20] = UInt8(padded + 8)
        CMAC_Init(commandMAC, nil, 0, nil, nil)
        CMAC_Update(commandMAC, prefix, 21)
        CMAC_Update(commandMAC, buffer, padded)
        CMAC_Final(commandMAC, tag, &tagLength)
        buffer.advanced(by: padded).update(from: tag, count: 8)
    }

    /// The number of plain bytes, 0 when the R-MAC does not match.
    func unwrap(_ response: ResponseAPDU) -> Int {
        let body = response.data.count - 8
        return response.data.withUnsafeBufferPointer { data in
            prefix[0] = response.statusWord.sw1
            prefix[1] = response.statusWord.sw2
            CMAC_Init(responseMAC, nil, 0, nil, nil)
            CMAC_Update(responseMAC, tag, 16)
            CMAC_Update(responseMAC, data.baseAddress, body)
            CMAC_Update(responseMAC, prefix, 2)
            CMAC_Final(responseMAC, block, &tagLength)
            // A response of level 33 has a body.
            guard CRYPTO_memcmp(block, data.baseAddress! + body, 8) == 0 else { return 0 }
            initialValue(0x80)
            EVP_DecryptInit_ex(decryptor, nil, nil, nil, block)
            EVP_DecryptUpdate(decryptor, buffer, &written, data.baseAddress, Int32(body))
            var end = body - 1
            while buffer[end] == 0 { end -= 1 }
            return end
        }
    }

    private func initialValue(_ first: UInt8) {
        block.update(repeating: 0, count: 16)
        block[0] = first
        for index in 0..<8 { block[15 - index] = UInt8(truncatingIfNeeded: counter >> UInt64(8 * index)) }
        EVP_EncryptUpdate(counterCipher, block, &written, block, 16)
    }
}

extension AESKey {
    /// A key of a length that is known here.
    fileprivate static func benchmark(_ bytes: [UInt8]) -> AESKey {
        do { return try AESKey(bytes) } catch { preconditionFailure("16 bytes: \(error)") }
    }
}
