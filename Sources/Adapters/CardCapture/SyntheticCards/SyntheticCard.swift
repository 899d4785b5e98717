/// A card that nobody issued, as it is printed: for demonstrations, for measurements and for teaching the digit reader.
public struct SyntheticCard: Sendable {
    /// How the number comes onto the plastic.
    public enum Relief: String, Sendable, CaseIterable {
        case printed
        /// Raised, with a colored tip that wear has partly taken.
        case embossed
        /// Raised, without color.
        case bare
    }

    public enum Pattern: String, Sendable, CaseIterable { case plain, gradient, stripes, waves, blotches }

    /// The digits with the spaces that are printed between them.
    public var number: String
    public var expiry: String
    public var validFrom: String?
    public var name: String?
    public var bank = "SPECIMEN BANK"
    public var typeface = CardTypeface.dejaVuMono
    public var relief = Relief.printed
    public var pattern = Pattern.gradient
    /// 0 to 1: how bright the card is, and what is printed on it.
    public var ground = 0.25
    public var ink = 0.95
    /// 0 to 1 around the wheel of colors.
    public var hue = 0.6
    /// Of the digits of the number, in tenths of a millimetre.
    public var digitHeight = 38.0
    /// Added between the letters of the number, in parts of the em.
    public var spacing = 0.06
    /// Of the number's baseline, in parts of the card's height from the top.
    public var numberLine = 0.62
    /// Other lines that cards carry: telephone numbers and the like, at parts of the height.
    public var distractors: [Distractor] = []
    /// Where the pattern and the colors are drawn from.
    public var seed: UInt64 = 1

    public struct Distractor: Sendable, Hashable {
        public var text: String
        public var line: Double
        public var left: Double
        /// In tenths of a millimetre.
        public var em: Int

        public init(text: String, line: Double, left: Double, em: Int) {
            self.text = text
            self.line = line
            self.left = left
            self.em = em
        }
    }

    public init(number: String, expiry: String, name: String?) {
        self.number = number
        self.expiry = expiry
        self.name = name
    }

    /// ISO/IEC 7810 ID-1 is 85.6 mm × 54.0 mm: ten pixels a millimetre.
    static let width = 856
    static let height = 540
}

/// Where a character was drawn: its corners from the upper left one clockwise.
struct DrawnSymbol: Sendable {
    enum Role: Sendable { case number, date, other }

    var character: Character
    var role: Role
    var corners: [Point]
}
