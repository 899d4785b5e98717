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
}
