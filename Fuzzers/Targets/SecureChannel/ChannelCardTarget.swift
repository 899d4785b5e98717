import ISO7816
import SecureChannel

/// The card accepts what the host wrapped, once and unaltered, and nothing else.
func fuzzChannelCard(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    try fuzzHandshake(&input)
    var channel = try ChannelFixture.opened(&input)
    var accepted = 0
    var previous: CommandAPDU?
    for _ in 0..<32 where !input.isAtEnd {
        let action = input.number(below: 8)
        if action == 0 {
            try channel.refuses(input.command(), "bytes that nobody wrapped")
            return accepted
        }
        let plain = channel.command(&input)
        guard let wrapped = try? channel.host.wrap(plain) else { continue }
        switch action {
        case 1:
            let altered = Mutation.apply(to: wrapped, &input)
            guard altered.isProtectedAlike(wrapped) else {
                try channel.refuses(altered, "a command altered on its way")
                return accepted
            }
            try channel.accepts(altered, plain)
        case 2:
            if let previous {
                try channel.refuses(previous, "a command for the second time")
                return accepted
            }
            try channel.accepts(wrapped, plain)
        default:
            try channel.accepts(wrapped, plain)
        }
        accepted += 1
        previous = wrapped
    }
    return accepted
}

/// Any INITIALIZE UPDATE and EXTERNAL AUTHENTICATE: the second is refused without the keys.
private func fuzzHandshake(_ input: inout FuzzInput) throws(FuzzViolation) {
    guard input.flag() else { return }
    let implementation = SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)
    guard
        let handshake = try? SCP03CardHandshake(
            input.command(), keys: ChannelFixture.keys, keyVersionNumber: 1, implementation: implementation,
            keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength),
            challenge: .pseudoRandom(.zero, invoker: "A000000151000000"))
    else { return }
    try require((try? handshake.authenticate(input.command())) == nil, "nobody opens a session without the keys")
}

extension ChannelFixture {
    fileprivate func command(_ input: inout FuzzInput) -> CommandAPDU {
        var command = input.command()
        command.classByte = 0x80
        return command
    }

    fileprivate mutating func accepts(_ wrapped: CommandAPDU, _ plain: CommandAPDU) throws(FuzzViolation) {
        let unwrapped = try? card.unwrap(wrapped)
        var expected = plain
        expected.classByte = wrapped.classByte.withoutSecureMessaging
        expected.expectedLength = wrapped.expectedLength
        try require(unwrapped == expected, "the card reads what the host wrapped")
    }

    /// Without a C-MAC at the session's level there is nothing to tell a command by.
    fileprivate mutating func refuses(_ command: CommandAPDU, _ what: String) throws(FuzzViolation) {
        let unwrapped = try? card.unwrap(command)
        guard hasCommandMAC else { return }
        try require(unwrapped == nil, "\(what) is refused")
        try require(
            (try? card.unwrap(command)) == nil, "after \(what) nothing is accepted")
    }
}

extension CommandAPDU {
    /// Whether the C-MAC covers the same bytes: the logical channel and Le are not among them (Amd D §6.2.4).
    fileprivate func isProtectedAlike(_ other: CommandAPDU) -> Bool {
        classByte.onBasicChannel == other.classByte.onBasicChannel
            && classByte.indicatesSecureMessaging == other.classByte.indicatesSecureMessaging
            && instruction == other.instruction && p1 == other.p1 && p2 == other.p2 && data == other.data
    }
}
