import CardCapture
import EMV
import MobileDevice

/// What became of the pictures of a corpus.
struct CorpusReport: Sendable {
    struct Row: Sendable {
        var pictures = 0
        var right = 0
        var wrong = 0
        var expiries = 0
        var wrongExpiries = 0
        var names = 0
        var wrongNames = 0
        var reasons: [UnreadableReason: Int] = [:]

        var recall: Double { pictures == 0 ? 0 : Double(right) / Double(pictures) }
    }

    private(set) var rows: [String: Row] = [:]
    /// The pictures of which a number was taken that is not theirs, to be drawn again from their seeds.
    private(set) var mistakes: [String] = []

    mutating func note(_ specimen: Specimen, _ answer: RecognizedCard) {
        var row = Row(pictures: 1)
        switch answer {
        case .card(let card):
            if card.number.revealed() == specimen.number {
                row.right = 1
            } else {
                row.wrong = 1
                mistakes.append("\(specimen)")
            }
            if let expiry = card.expiry {
                if expiry.description == specimen.expiry { row.expiries = 1 } else { row.wrongExpiries = 1 }
            }
            if let name = card.cardholderName {
                if name == specimen.name { row.names = 1 } else { row.wrongNames = 1 }
            }
        case .anotherPhotograph(let reason): row.reasons[reason] = 1
        }
        for name in [
            "\(specimen.relief): \(specimen.typeface.name)", "\(specimen.relief): \(specimen.difficulty)",
            "\(specimen.relief)",
        ] { add(row, to: name) }
        if specimen.relief == .printed, specimen.difficulty == .flat { add(row, to: Self.flatPrinted) }
        add(row, to: Self.everything)
    }

    static let flatPrinted = "flat and printed"
    static let everything = "all pictures"

    mutating func add(_ other: CorpusReport) {
        for (name, row) in other.rows { add(row, to: name) }
        mistakes += other.mistakes
    }

    private mutating func add(_ row: Row, to name: String) {
        var sum = rows[name] ?? Row()
        sum.pictures += row.pictures
        sum.right += row.right
        sum.wrong += row.wrong
        sum.expiries += row.expiries
        sum.wrongExpiries += row.wrongExpiries
        sum.names += row.names
        sum.wrongNames += row.wrongNames
        sum.reasons.merge(row.reasons, uniquingKeysWith: +)
        rows[name] = sum
    }

    /// A line a row: recall and wrongly accepted apart.
    var text: String {
        let head = "pictures | recall | wrong | expiry right, wrong | name right, wrong | other photograph"
        let lines = rows.keys.sorted().compactMap { name -> String? in
            guard let row = rows[name] else { return nil }
            let reasons = row.reasons.sorted { $0.value > $1.value }.map { "\($0.key.rawValue) \($0.value)" }
            let label = name + String(repeating: " ", count: max(1, 32 - name.count))
            return label + "\(row.pictures) | \(Int((row.recall * 100).rounded())) % | \(row.wrong) | "
                + "\(row.expiries), \(row.wrongExpiries) | \(row.names), \(row.wrongNames) | "
                + reasons.joined(separator: ", ")
        }
        return ([head] + lines).joined(separator: "\n")
    }
}
