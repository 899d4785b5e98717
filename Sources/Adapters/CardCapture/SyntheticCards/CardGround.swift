import Foundation
import MobileDevice

/// What a card shows behind its letters.
enum CardGround {
    /// Drawn small and enlarged smoothly.
    private static let smallWidth = 214
    private static let smallHeight = 135

    static func pixels(of card: SyntheticCard) throws(CardRecognitionError) -> [UInt32] {
        var random = SeededGenerator(seed: card.seed)
        let slope = (random.number(-0.25...0.25), random.number(-0.25...0.25))
        let contrast = card.pattern == .plain || card.pattern == .gradient ? 0 : random.number(0.03...0.12)
        let turn = random.number(0...6.28), length = random.number(7...26)
        let blotches = (0..<9).map { _ in
            (x: random.number(0...214), y: random.number(0...135), size: random.number(12...45))
        }
        var small: [UInt32] = []
        small.reserveCapacity(smallWidth * smallHeight)
        for y in 0..<smallHeight {
            for x in 0..<smallWidth {
                let u = Double(x) / Double(smallWidth) - 0.5, v = Double(y) / Double(smallHeight) - 0.5
                var level = card.ground
                if card.pattern != .plain { level += card.ground * (slope.0 * u + slope.1 * v) * 2 }
                switch card.pattern {
                case .plain, .gradient: break
                case .stripes: level += contrast * sin((Double(x) * cos(turn) + Double(y) * sin(turn)) * 6.28 / length)
                case .waves:
                    level += contrast * sin(Double(y) * 6.28 / length + 1.2 * sin(Double(x) * 3.14 / length + turn))
                case .blotches:
                    let hits = blotches.count { blotch in
                        let dx = Double(x) - blotch.x, dy = Double(y) - blotch.y
                        return dx * dx + dy * dy < blotch.size * blotch.size
                    }
                    level += contrast * Double(hits % 3 - 1)
                }
                small.append(color(level, hue: card.hue))
            }
        }
        return try Picture(color: small, width: smallWidth, height: smallHeight)
            .scaled(width: SyntheticCard.width, height: SyntheticCard.height).colorPixels
    }

    private static func color(_ level: Double, hue: Double) -> UInt32 {
        let channels = [hue, hue + 1.0 / 3, hue + 2.0 / 3].map { phase in
            UInt32(max(0, min(255, 255 * (level + 0.22 * level * sin(phase * 2 * .pi)))))
        }
        return channels[0] << 24 | channels[1] << 16 | channels[2] << 8
    }
}
