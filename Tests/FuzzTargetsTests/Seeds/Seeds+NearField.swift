import CardTesting

extension Seeds {
    /// Frames and losses by numbers that repeat; the first byte says which of the two.
    static var frames: [[UInt8]] {
        (0..<32).map { [UInt8($0 & 1)] + decisions(UInt64(100 + $0), 40 + 12 * $0) }
    }

    /// Honest conversations of both styles, and ones that go wrong at each step.
    static var conversations: [[UInt8]] {
        let honest: [[UInt8]] = [[0, 4, 0xD2], [1, 4, 0xD2]]
        let altered = (0..<5).flatMap { (step: Int) -> [[UInt8]] in
            [UInt8(0), 1].flatMap { (style: UInt8) -> [[UInt8]] in
                let before = [style, 0, 1] + [UInt8](repeating: 0, count: step)
                return [
                    before + [14, UInt8(step), 0, UInt8(3 * step), 0x41], before + [14, 5, 0, 2, 0],
                    before + [15, 0x69, 0x85, 0],
                ]
            }
        }
        return honest + altered
    }

    /// Bills by numbers that repeat; the first byte says which end. A device that is full, one whose items leave, one that
    /// shows another bill.
    static var bills: [[UInt8]] {
        let full: [UInt8] = (0..<48).flatMap { [2, UInt8($0)] }
        let stories: [[UInt8]] = [
            full, Array(full.prefix(60)) + [8, 40] + full.suffix(30), [2, 0, 9, 0, 1, 2, 1, 9, 0, 3, 2, 2, 9, 1, 2, 3],
            [2, 0, 6, 1, 0, 1, 0, 6, 1, 0, 1, 1, 6, 1, 0, 0, 2, 0, 0, 0, 1],
        ]
        return stories.map { [0] + $0 } + (0..<28).map { [UInt8($0 & 1)] + decisions(UInt64(800 + $0), 60 + 12 * $0) }
    }

    /// Smart cards by numbers that repeat; the first byte says which end.
    static var smartCards: [[UInt8]] {
        let purchase: [UInt8] = [0, 1, 2, 3, 8, 0x04, 0xE2, 7, 4, 63, 0, 0, 1, 6, 3]
        return [[0] + purchase, [0] + purchase + purchase, [1, 0, 1, 0, 0, 20, 1, 1, 1, 0, 40, 1]]
            + (0..<30).map { [UInt8($0 % 3)] + decisions(UInt64(900 + $0), 60 + 12 * $0) }
    }
}
