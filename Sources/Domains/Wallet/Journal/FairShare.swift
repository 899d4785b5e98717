import CardCryptography

extension Array {
    /// At most `count` elements in their order, around the end, from a place that is drawn anew every time: who waits for
    /// what may never come does not stand in the way of all the others.
    func share(of count: Int, from random: any RandomSource) -> [Element] {
        guard self.count > count else { return self }
        let draw = random.bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let start = Int(draw % UInt64(self.count))
        return (0..<count).map { self[(start + $0) % self.count] }
    }
}
