public import EMV

/// Judges what was read: the card number if it is certain, and otherwise why another photograph is needed.
///
/// A number is taken only where every digit is certain by itself, the digits stand evenly in groups as cards print them,
/// the check digit fits, an issuer is known whose numbers are exactly that long, and no second number is there. Nothing is
/// corrected and no part of a longer number is tried: about one in ten random numbers passes the check digit.
public struct CardReader: Sendable {
    /// What is asked of every digit.
    public struct Thresholds: Sendable, Hashable {
        public var confidence: Double
        /// Ahead of the next best.
        public var margin: Double
        /// Of every digit of a date.
        public var dateConfidence: Double
        /// Of every letter of a name, which the person sees and can correct.
        public var nameConfidence: Double
        /// Of every digit of another number in the second reading, which takes the first one's away.
        public var contradictionConfidence: Double

        public init(
            confidence: Double = 0.8, margin: Double = 0.7, dateConfidence: Double = 0.85,
            nameConfidence: Double = 0.92, contradictionConfidence: Double = 0.8
        ) {
            self.confidence = confidence
            self.margin = margin
            self.dateConfidence = dateConfidence
            self.nameConfidence = nameConfidence
            self.contradictionConfidence = contradictionConfidence
        }
    }

    public var issuers: IssuerTable
    public var thresholds: Thresholds

    public init(issuers: IssuerTable = .paymentSystems, thresholds: Thresholds = Thresholds()) {
        self.issuers = issuers
        self.thresholds = thresholds
    }

    /// - Parameter month: the present one, before which no card that is good expires.
    public func judge(_ reading: CardReading, in month: CardExpiry) -> RecognizedCard {
        var accepted: [(line: ReadLine, run: DigitRun, number: PrimaryAccountNumber)] = []
        var reasons: [UnreadableReason] = []
        var hasOther = false
        for line in reading.digitLines {
            for run in DigitRun.all(of: line) where isCandidate(run) {
                switch verdict(on: run) {
                case .success(let number): accepted.append((line, run, number))
                case .failure(let refusal):
                    reasons.append(refusal.reason)
                    hasOther = hasOther || mayBeANumber(run)
                }
            }
        }
        guard let first = accepted.first else { return .anotherPhotograph(Self.foremost(of: reasons)) }
        guard Set(accepted.map { $0.number }).count == 1, !hasOther else {
            return .anotherPhotograph(.severalNumbers)
        }
        guard !contradicts(first.number, reading.textLines) else { return .anotherPhotograph(.uncertainDigits) }
        return .card(
            CapturedCard(
                number: first.number,
                expiry: PrintedDate.expiry(in: reading, notBefore: month, confidence: thresholds.dateConfidence),
                cardholderName: CardholderName.find(
                    in: reading.textLines, below: first.line, confidence: thresholds.nameConfidence),
                confidence: first.run.confidence))
    }

    /// Long enough to be a card number, and to be confused with one.
    private func isCandidate(_ run: DigitRun) -> Bool { (12...24).contains(run.symbols.count) }

    /// Whether a run that was refused looks so much like a card number that it may be the card's own, misread.
    private func mayBeANumber(_ run: DigitRun) -> Bool {
        let mean = run.symbols.reduce(0) { $0 + $1.confidence } / Double(run.symbols.count)
        guard mean >= Self.meanConfidenceOfNumbers, run.isGroupedLikeACardNumber else { return false }
        return issuers.digitCount(of: run.digits) == run.symbols.count
    }

    private static let meanConfidenceOfNumbers = 0.75

    private struct Refusal: Error { let reason: UnreadableReason }

    private func verdict(on run: DigitRun) -> Result<PrimaryAccountNumber, Refusal> {
        guard run.confidence >= thresholds.confidence, run.margin >= thresholds.margin, run.isEven else {
            return .failure(Refusal(reason: .uncertainDigits))
        }
        guard (13...19).contains(run.symbols.count), run.isGroupedLikeACardNumber else {
            return .failure(Refusal(reason: .noCardNumber))
        }
        guard let number = try? PrimaryAccountNumber(run.digits) else {
            return .failure(Refusal(reason: .checkDigit))
        }
        guard issuers.knows(number) else { return .failure(Refusal(reason: .unknownIssuer)) }
        return .success(number)
    }

    /// Whether the other reading of the picture shows, with certainty, another card number.
    private func contradicts(_ number: PrimaryAccountNumber, _ lines: [ReadLine]) -> Bool {
        lines.flatMap(DigitRun.all(of:)).contains { run in
            guard run.confidence >= thresholds.contradictionConfidence,
                let other = try? PrimaryAccountNumber(run.digits)
            else {
                return false
            }
            return issuers.knows(other) && other != number
        }
    }

    /// What helps most to say: the further a number came, the more it tells.
    private static func foremost(of reasons: [UnreadableReason]) -> UnreadableReason {
        let order: [UnreadableReason] = [.unknownIssuer, .checkDigit, .uncertainDigits]
        return order.first(where: reasons.contains) ?? .noCardNumber
    }
}
