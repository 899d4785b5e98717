import ISO7816
import SecureChannel

/// The host believes what the card wrapped, unaltered, and nothing else.
func fuzzChannelHost(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    try fuzzOpening(&input)
    var channel = try ChannelFixture.opened(&input)
    var accepted = 0
    for _ in 0..<32 where !input.isAtEnd {
        let action = input.number(below: 4)
        var command = input.command()
        command.classByte = 0x80
        guard let wrapped = try? channel.host.wrap(command) else { continue }
        try require((try? channel.card.unwrap(wrapped)) != nil, "the card reads what the host wrapped")
        let plain = ResponseAPDU(
            input.choice(of: [.success, .success, .moreDataAvailable, .incorrectData, .hostCryptogramFailed]),
            data: Array(input.lengthPrefixed().prefix(channel.card.responseDataLengthMax)))
        let response = channel.card.wrap(plain)
        try require(response.data.count <= 256, "a response fits a short one")
        switch action {
        case 0:
            let altered = ResponseAPDU.altered(response, &input)
            if altered == response { break }
            return accepted + (try channel.distrusts(altered))
        case 1:
            return accepted + (try channel.distrusts(ResponseAPDU.any(&input)))
        default:
            break
        }
        let isBare = channel.leavesRefusalsBare && plain.statusWord.isRefusal
        let expected = isBare ? ResponseAPDU(plain.statusWord) : plain
        try require((try? channel.host.unwrap(response)) == expected, "the host reads what the card wrapped")
        accepted += 1
    }
    return accepted
}

/// Any answer to INITIALIZE UPDATE: a card without the keys is not believed.
private func fuzzOpening(_ input: inout FuzzInput) throws(FuzzViolation) {
    guard input.flag() else { return }
    let response = ResponseAPDU.any(&input)
    if let read = try? SCP02InitializeUpdateResponse(bytes: response.data) {
        try require(read.bytes == response.data, "the answer of a card with SCP02 is written as it was read")
    }
    if let read = try? InitializeUpdateResponse(bytes: response.data) {
        try require(read.bytes == response.data, "the answer to INITIALIZE UPDATE is written as it was read")
    }
    guard let handshake = try? SCP03Handshake(level: .full, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8]) else { return }
    var isBelieved = true
    do { _ = try handshake.authenticated(by: response, keys: ChannelFixture.keys) } catch { isBelieved = false }
    try require(!isBelieved, "a card without the keys is not believed")
}

extension ChannelFixture {
    /// Refused as forged; or read as a refusal without data, which nobody can prove (Amd D §6.2.5).
    fileprivate mutating func distrusts(_ response: ResponseAPDU) throws(FuzzViolation) -> Int {
        let read = try? host.unwrap(response)
        guard hasResponseMAC else { return 0 }
        if let read {
            let isClaim = read.data.isEmpty && !read.statusWord.isWarning && read.statusWord != .success
            try require(isClaim, "a response altered on its way is not believed")
        } else {
            let next = try? host.wrap(CommandAPDU(0x80, 0xCA, 0, 0x66))
            try require(next == nil, "the session is over when a response was not believed")
        }
        return 0
    }
}

extension ResponseAPDU {
    fileprivate static func any(_ input: inout FuzzInput) -> ResponseAPDU {
        let statusWord = StatusWord(input.flag() ? 0x9000 : UInt16(input.uint16()))
        return ResponseAPDU(statusWord, data: input.lengthPrefixed())
    }

    fileprivate static func altered(_ response: ResponseAPDU, _ input: inout FuzzInput) -> ResponseAPDU {
        var response = response
        if input.number(below: 4) == 0 {
            response.statusWord = StatusWord(UInt16(input.uint16()))
        } else {
            response.data = Mutation.apply(to: response.data, &input)
        }
        return response
    }
}
