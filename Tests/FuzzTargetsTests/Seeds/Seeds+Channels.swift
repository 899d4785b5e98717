import FuzzTargets

extension Seeds {
    /// `handshake (1) | mode (1) | level (1) | { action (1) | CLA INS P1 P2 | Lc data | Le (1) } …`
    static var cardSessions: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for opening in sessions {
            seeds.append(opening + honest(lengths: [0, 15, 16, 30, 31, 223]))
            guard opening[2] % 2 == 1 else { continue }
            seeds.append(opening + honest(lengths: [12, 0, 15]) + [1] + command(length: 12) + [0, 0, 1, 7])
            seeds.append(opening + honest(lengths: [31]) + [2] + command(length: 3))
        }
        let opening: [UInt8] = [0x80, 0x50, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x84, 0x82, 0x33, 0, 16]
        return seeds + [[1] + opening + decisions(7, 17)]
    }

    /// The same, with `status word (1) | response data` after each command.
    static var hostSessions: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for opening in sessions {
            var answered = opening
            for length in [0, 1, 15, 16, 31] { answered += [3] + command(length: 5) + response(length: length) }
            seeds.append(answered)
            guard opening[2] % 2 == 1 else { continue }
            seeds.append(opening + [0] + command(length: 4) + response(length: 16) + [1, 5, 0, 3, 0xFF])
            seeds.append(opening + [1] + command(length: 4) + response(length: 16) + [1, 16] + decisions(8, 16))
        }
        return seeds + [[1, 1, 29] + decisions(9, 10) + [1, 3, 0x60] + decisions(10, 16)]
    }

    private static func honest(lengths: [Int]) -> [UInt8] { lengths.flatMap { [7] + command(length: $0) } }

    /// Both modes of SCP03 and four kinds of SCP02, all six levels, without a fuzzed opening.
    private static var sessions: [[UInt8]] {
        [0, 1, 2, 4, 6, 7].flatMap { mode in (UInt8(0)..<6).map { level in [0, mode, level] } }
    }

    private static func command(length: Int) -> [UInt8] {
        [0x80, 0xE2, 0x80, 0x00, UInt8(length)] + decisions(UInt64(length), length) + [0]
    }

    private static func response(length: Int) -> [UInt8] {
        [0, UInt8(length)] + decisions(UInt64(length) + 50, length)
    }
}
