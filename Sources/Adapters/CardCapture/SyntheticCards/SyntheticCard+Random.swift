extension SyntheticCard {
    /// Any card with this number: colors, pattern, place and size of the number, other lines.
    ///
    /// - Parameter groups: how the digits are grouped, such as 4, 4, 4, 4.
    public static func random(
        number digits: String, groups: [Int], expiry: String, name: String?, typeface: CardTypeface, relief: Relief,
        using random: inout SeededGenerator
    ) -> SyntheticCard {
        var card = SyntheticCard(number: grouped(digits, groups), expiry: expiry, name: name)
        card.typeface = typeface
        card.relief = relief
        card.pattern = Pattern.allCases[Int(random.next() % UInt64(Pattern.allCases.count))]
        card.hue = random.number(0...1)
        if random.chance(0.65) {
            card.ground = random.number(0.12...0.42)
            card.ink = random.number(0.8...1)
        } else {
            card.ground = random.number(0.6...0.9)
            card.ink = random.number(0...0.18)
        }
        if relief == .bare { card.ground = random.number(0.25...0.65) }
        card.digitHeight = random.number(relief == .printed ? 30...42 : 38...46)
        card.spacing = random.number(0.0...0.12)
        card.numberLine = random.number(0.58...0.66)
        if random.chance(0.4) { card.validFrom = "0\(1 + random.next() % 9)/2\(random.next() % 6)" }
        if random.chance(0.5) {
            card.distractors.append(
                Distractor(text: "24H HOTLINE +86 21 9558 8\(100 + random.next() % 900)", line: 0.97, left: 0.4, em: 20)
            )
        }
        if random.chance(0.4) {
            card.distractors.append(
                Distractor(text: String(digits.prefix(4)), line: card.numberLine + 0.055, left: 0.075, em: 18))
        }
        if random.chance(0.3) {
            card.distractors.append(
                Distractor(text: "CARD NO. SERIAL \(1000 + random.next() % 9000)", line: 0.24, left: 0.55, em: 18))
        }
        card.seed = random.next()
        return card
    }

    /// Sixteen in fours, fifteen as 4-6-5, fourteen as 4-6-4, nineteen as 6-13, others in one piece.
    public static func usualGroups(_ count: Int) -> [Int] {
        switch count {
        case 14: [4, 6, 4]
        case 15: [4, 6, 5]
        case 16: [4, 4, 4, 4]
        case 19: [6, 13]
        default: [count]
        }
    }

    /// The digits with spaces between the groups.
    public static func grouped(_ digits: String, _ groups: [Int]) -> String {
        var rest = Substring(digits)
        var parts: [Substring] = []
        for group in groups {
            parts.append(rest.prefix(group))
            rest = rest.dropFirst(group)
        }
        return (parts + (rest.isEmpty ? [] : [rest])).joined(separator: " ")
    }
}

extension CardPhotograph {
    /// How hard a picture is to read.
    public enum Difficulty: String, Sendable, CaseIterable {
        case flat, rotated, perspective, blurred, noisy, glare, compressed, hard
    }

    /// A photograph of one kind, `hard` with a bit of everything.
    public static func random(_ difficulty: Difficulty, using random: inout SeededGenerator) -> CardPhotograph {
        var photograph = CardPhotograph()
        photograph.seed = random.next()
        photograph.size = random.number(0.78...0.88)
        photograph.table = random.chance(0.5) ? random.number(0...0.25) : random.number(0.5...1)
        photograph.light = random.number(-0.15...0.15)
        photograph.noise = random.number(1...3)
        photograph.jpegQuality = Int(random.number(80...95))
        let isHard = difficulty == .hard
        if difficulty == .rotated || isHard { photograph.turn = random.number(isHard ? -5...5 : -8...8) }
        if difficulty == .perspective || isHard {
            photograph.corners = (0..<8).map { _ in random.number(isHard ? -0.025...0.025 : -0.04...0.04) }
        }
        if difficulty == .blurred || isHard { photograph.blur = isHard && random.chance(0.5) ? 1 : 2 }
        if difficulty == .noisy || isHard { photograph.noise = random.number(isHard ? 4...10 : 10...18) }
        if difficulty == .glare || isHard {
            photograph.glare = (0..<1 + Int(random.next() % 2)).map { _ in
                [
                    random.number(0.1...0.9), random.number(0.2...0.9), random.number(0.1...0.25),
                    random.number(60...200),
                ]
            }
            photograph.light = random.number(-0.4...0.4)
        }
        if difficulty == .compressed || isHard { photograph.jpegQuality = Int(random.number(40...60)) }
        return photograph
    }
}
