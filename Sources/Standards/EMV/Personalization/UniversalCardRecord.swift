public import CardCryptography
public import ISO7816

/// One bound card in a universal card instance: the tokens it pays with and how people recognize it.
///
///     C0 reference (8)
///     E1 for each payment function, in their order: 80 function (1), 5A token (cn), 5F24 expiry (3), 5F34 sequence (1)
///     50 label (1–16) | 9F25 last four digits of the card's own number (2) | 9F24 payment account reference (29)
///     C2 share of the card key (16), if the card has one of its own
///     C3 01, if the card is to become the chosen one when none is chosen
///
/// It is the data of grouping A100. The card's own number is not in it.
public struct UniversalCardRecord: Hashable, Sendable {
    public let reference: UniversalCardReference
    /// One to three, each of another function, in the order of the functions.
    public let tokens: [Token]
    /// 1 to 16 printable ASCII characters.
    public let label: String
    /// Four digits of the card's own number.
    public let lastFour: String
    /// 29 upper-case letters and digits.
    public let paymentAccountReference: String
    /// 16 bytes that are combined with the instance key to the master key of this card.
    public let keyShare: SecretBytes?
    public let becomesChosen: Bool

    public static let identifier: UInt16 = 0xA100
    public static let keyShareLength = 16
    public static let paymentAccountReferenceLength = 29

    /// What a card can pay through.
    public enum Function: UInt8, CaseIterable, Comparable, Sendable {
        case nfc = 0x01
        case qr = 0x02
        case online = 0x03

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The identifier of the card for one function.
    public struct Token: Hashable, Sendable {
        public let function: Function
        public let number: PrimaryAccountNumber
        public let expiry: CardExpiry
        /// 0 to 99.
        public let sequenceNumber: UInt8

        public init(function: Function, number: PrimaryAccountNumber, expiry: CardExpiry, sequenceNumber: UInt8 = 0) {
            precondition(sequenceNumber <= 99, "a sequence number has two digits")
            self.function = function
            self.number = number
            self.expiry = expiry
            self.sequenceNumber = sequenceNumber
        }

        /// Tag 5F34, two digits.
        public var packedSequenceNumber: UInt8 { (sequenceNumber / 10) << 4 | sequenceNumber % 10 }
    }

    /// - Throws: ``UniversalCardRecordError``.
    public init(
        reference: UniversalCardReference, tokens: [Token], label: String, lastFour: String,
        paymentAccountReference: String, keyShare: SecretBytes? = nil, becomesChosen: Bool = false
    ) throws(UniversalCardRecordError) {
        guard (1...Function.allCases.count).contains(tokens.count) else { throw .tokenCount(tokens.count) }
        for (token, next) in zip(tokens, tokens.dropFirst()) where token.function >= next.function {
            throw .functionOrder(next.function)
        }
        guard (1...16).contains(label.utf8.count), label.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .label
        }
        guard lastFour.utf8.count == 4, lastFour.utf8.allSatisfy(BinaryCodedDecimal.isDigit) else { throw .lastFour }
        guard paymentAccountReference.utf8.count == Self.paymentAccountReferenceLength,
            paymentAccountReference.utf8.allSatisfy({
                BinaryCodedDecimal.isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            })
        else { throw .paymentAccountReference }
        if let keyShare, keyShare.count != Self.keyShareLength { throw .length(Tag.keyShare, keyShare.count) }
        self.reference = reference
        self.tokens = tokens
        self.label = label
        self.lastFour = lastFour
        self.paymentAccountReference = paymentAccountReference
        self.keyShare = keyShare
        self.becomesChosen = becomesChosen
    }

    public func token(for function: Function) -> Token? { tokens.first { $0.function == function } }

    /// b1 nfc, b2 qr, b3 online.
    public var functionBitmap: UInt8 { tokens.reduce(0) { $0 | 1 << ($1.function.rawValue - 1) } }
}

// MARK: - Bytes

extension UniversalCardRecord {
    enum Tag {
        static let reference: BERTag = 0xC0
        static let token: BERTag = 0xE1
        static let function: BERTag = 0x80
        static let keyShare: BERTag = 0xC2
        static let becomesChosen: BERTag = 0xC3
    }

    /// The data of grouping A100.
    public var bytes: [UInt8] {
        var objects = [BERTLV(Tag.reference, reference.bytes)]
        objects += tokens.map { BERTLV(Tag.token, $0.objects) }
        objects += [
            BERTLV(.applicationLabel, Array(label.utf8)),
            BERTLV(.lastFourDigits, PrimaryAccountNumber.packed(lastFour.utf8.map { $0 - UInt8(ascii: "0") })),
            BERTLV(.paymentAccountReference, Array(paymentAccountReference.utf8)),
        ]
        if let keyShare { objects.append(BERTLV(Tag.keyShare, keyShare.revealed())) }
        if becomesChosen { objects.append(BERTLV(Tag.becomesChosen, [0x01])) }
        return objects.bytes
    }

    /// The grouping that puts the record into the card, in the place of one with the same reference.
    public var grouping: PersonalizationGrouping {
        PersonalizationGrouping(Self.identifier, confidential: SecretBytes(bytes))
    }

    /// What tells whether two records are the same without showing them: the first 8 bytes of the SHA-256 of the data.
    public var fingerprint: [UInt8] { Array(Digest.hash(bytes).prefix(8)) }

    /// Reads the data of grouping A100.
    ///
    /// - Throws: ``UniversalCardRecordError``.
    public init(bytes: [UInt8]) throws(UniversalCardRecordError) {
        do { try self.init(reading: bytes) } catch { throw UniversalCardRecordError(error) }
    }

    private init(reading bytes: [UInt8]) throws {
        var reader = BERTLVReader(bytes)
        let referenceBytes = try reader.next(Tag.reference)
        guard let reference = UniversalCardReference(referenceBytes) else {
            throw UniversalCardRecordError.length(Tag.reference, referenceBytes.count)
        }
        var tokens: [Token] = []
        while reader.nextIs(Tag.token) { tokens.append(try Token(reading: try reader.next(Tag.token))) }
        let label = String(decoding: try reader.next(.applicationLabel), as: UTF8.self)
        guard let lastFour = BinaryCodedDecimal.digits(try reader.next(.lastFourDigits)) else {
            throw UniversalCardRecordError.lastFour
        }
        let accountReference = String(decoding: try reader.next(.paymentAccountReference), as: UTF8.self)
        let share = reader.nextIs(Tag.keyShare) ? SecretBytes(try reader.next(Tag.keyShare)) : nil
        var becomesChosen = false
        if reader.nextIs(Tag.becomesChosen) {
            guard try reader.next(Tag.becomesChosen) == [0x01] else { throw UniversalCardRecordError.becomesChosen }
            becomesChosen = true
        }
        guard reader.isAtEnd else { throw BERTLVDecodingError.trailingBytes(offset: reader.offset) }
        try self.init(
            reference: reference, tokens: tokens, label: label, lastFour: lastFour,
            paymentAccountReference: accountReference, keyShare: share, becomesChosen: becomesChosen)
    }
}

extension UniversalCardRecord.Token {
    fileprivate var objects: [BERTLV] {
        [
            BERTLV(UniversalCardRecord.Tag.function, [function.rawValue]),
            BERTLV(.primaryAccountNumber, number.packed),
            BERTLV(.applicationExpirationDate, expiry.packed),
            BERTLV(.sequenceNumber, [packedSequenceNumber]),
        ]
    }

    fileprivate init(reading bytes: [UInt8]) throws {
        var reader = BERTLVReader(bytes)
        let functionBytes = try reader.next(UniversalCardRecord.Tag.function)
        guard functionBytes.count == 1, let function = UniversalCardRecord.Function(rawValue: functionBytes[0]) else {
            throw UniversalCardRecordError.function(functionBytes)
        }
        let packed = try reader.next(.primaryAccountNumber)
        let number: PrimaryAccountNumber
        do { number = try PrimaryAccountNumber(packed: packed) } catch { throw UniversalCardRecordError.number(error) }
        // One writing for one number, so that the fingerprint is that of what was put.
        guard number.packed == packed else { throw UniversalCardRecordError.number(.notDigits) }
        let date = try reader.next(.applicationExpirationDate)
        guard let expiry = CardExpiry(packed: date), expiry.packed == date else {
            throw UniversalCardRecordError.expiry
        }
        let sequence = try reader.next(.sequenceNumber)
        guard sequence.count == 1, let sequenceNumber = BinaryCodedDecimal.number(sequence) else {
            throw UniversalCardRecordError.sequenceNumber
        }
        guard reader.isAtEnd else { throw BERTLVDecodingError.trailingBytes(offset: reader.offset) }
        self.init(function: function, number: number, expiry: expiry, sequenceNumber: UInt8(sequenceNumber))
    }
}

/// Why bytes are no card record; no token stands in the error.
public enum UniversalCardRecordError: Error, Equatable, Sendable, CustomStringConvertible {
    case layout(BERTLVDecodingError)
    case length(BERTag, Int)
    case tokenCount(Int)
    case function([UInt8])
    /// This function stands twice, or behind a higher one.
    case functionOrder(UniversalCardRecord.Function)
    case number(PrimaryAccountNumberError)
    case expiry
    case sequenceNumber
    case label
    case lastFour
    case paymentAccountReference
    case becomesChosen

    init(_ error: any Error) {
        switch error {
        case let error as UniversalCardRecordError: self = error
        case let error as BERTLVDecodingError: self = .layout(error)
        default: preconditionFailure("a card record is read with two kinds of error: \(error)")
        }
    }

    public var description: String {
        switch self {
        case .layout(let error): "card record: \(error)"
        case .length(let tag, let count): "card record: \(tag) does not have \(count) bytes"
        case .tokenCount(let count): "a card record has one to three payment functions, not \(count)"
        case .function(let bytes): "card record: \(bytes.hex) is no payment function"
        case .functionOrder(let function): "card record: function \(function) stands twice or out of order"
        case .number(let error): "card record: \(error)"
        case .expiry: "card record: 5F24 is not the last day of a month"
        case .sequenceNumber: "card record: 5F34 has two digits"
        case .label: "card record: a label has 1 to 16 printable characters"
        case .lastFour: "card record: 9F25 has four digits"
        case .paymentAccountReference: "card record: 9F24 has 29 upper-case letters and digits"
        case .becomesChosen: "card record: C3 is 01 or absent"
        }
    }
}
