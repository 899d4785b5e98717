public import ISO7816

/// What the Proximity Payment System Environment offers: the applications of a card, as its answer to SELECT lists them.
/// EMV Contactless Book B §3.3.1.
///
///     6F { 84 2PAY.SYS.DDF01, A5 { BF0C { 61 { 4F AID, 50 label, 87 priority, … } … } } }
public struct PaymentDirectory: Hashable, Sendable {
    /// As the card lists them.
    public let entries: [Entry]

    /// `2PAY.SYS.DDF01`.
    public static let name: AID = "325041592E5359532E4444463031"

    /// One application of a card.
    public struct Entry: Hashable, Sendable {
        /// 5 to 16 bytes (tag 4F).
        public let application: AID
        /// Tag 50.
        public let label: String?
        /// 1 is the highest of 15; 0 stands for none (tag 87, b4–b1).
        public let priority: UInt8

        public init(application: AID, label: String?, priority: UInt8) {
            self.application = application
            self.label = label
            self.priority = priority
        }
    }

    public init(_ entries: [Entry]) { self.entries = entries }

    /// Reads the answer to SELECT.
    ///
    /// - Throws: ``CardAnswerError``.
    public init(answer: [UInt8]) throws(CardAnswerError) {
        let information = try CardAnswer.template(.fileControlInformation, in: answer)
        let proprietary = try CardAnswer.children(of: .proprietaryTemplate, in: information)
        let offered = try CardAnswer.children(of: .issuerDiscretionaryTemplate, in: proprietary)
        var entries: [Entry] = []
        for object in offered where object.tag == .applicationTemplate {
            if let entry = try Entry(object) { entries.append(entry) }
        }
        self.entries = entries
    }

    /// The highest priority first; those without one last, and equals as the card lists them.
    public var byPriority: [Entry] {
        func rank(_ entry: Entry) -> Int { entry.priority == 0 ? 16 : Int(entry.priority) }
        return entries.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }
}

extension PaymentDirectory.Entry {
    /// - Returns: `nil` for an entry without a usable AID, which is passed over (EMV Contactless Book B §3.3.2.5).
    fileprivate init?(_ object: BERTLV) throws(CardAnswerError) {
        let objects: [BERTLV]
        do { objects = try object.children() } catch { throw .malformed(error) }
        guard let bytes = objects[.applicationIdentifier], let application = try? AID(bytes) else { return nil }
        self.init(
            application: application, label: objects[.applicationLabel].map { String(decoding: $0, as: UTF8.self) },
            priority: (objects[.applicationPriority]?.first ?? 0) & 0x0F)
    }
}

extension CommandAPDU {
    /// SELECT by name, the first or only occurrence. EMV Book 1 §11.3.
    public static func selectPaymentApplication(_ application: AID) -> CommandAPDU {
        CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application.bytes, expectedLength: 256)
    }
}
