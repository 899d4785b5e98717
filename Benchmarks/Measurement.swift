/// One figure that a benchmark found, and what it should be.
struct Measurement: Sendable {
    let name: String
    let figure: Double
    let unit: String
    let goal: Goal?

    enum Goal: Sendable {
        case atLeast(Double)
        case atMost(Double)
    }

    init(_ name: String, _ figure: Double, _ unit: String = "", goal: Goal? = nil) {
        self.name = name
        self.figure = figure
        self.unit = unit
        self.goal = goal
    }

    /// `nil` when there is no goal.
    var isMet: Bool? {
        switch goal {
        case .atLeast(let bound): figure >= bound
        case .atMost(let bound): figure <= bound
        case nil: nil
        }
    }
}

extension Measurement: CustomStringConvertible {
    var description: String {
        let unit = unit.isEmpty ? "" : " \(unit)"
        switch goal {
        case .atLeast(let bound):
            return "\(name): \(Self.text(figure))\(unit) (at least \(Self.text(bound)): \(verdict))"
        case .atMost(let bound): return "\(name): \(Self.text(figure))\(unit) (at most \(Self.text(bound)): \(verdict))"
        case nil: return "\(name): \(Self.text(figure))\(unit)"
        }
    }

    private var verdict: String { isMet == true ? "met" : "missed" }

    /// Two decimals below ten, none above.
    private static func text(_ value: Double) -> String {
        guard value < 10 else { return String(Int(value + 0.5)) }
        let hundredths = Int(value * 100 + 0.5)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
