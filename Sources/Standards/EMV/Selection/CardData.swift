public import ISO7816

/// The data objects that a card has told of itself, whatever command brought them. It prints as their number: an account
/// number is among them.
///
/// A card that says a thing twice must say the same both times (EMV Book 3 §10.2, for records).
public struct CardData: Sendable, CustomStringConvertible {
    public private(set) var objects: [BERTag: [UInt8]] = [:]

    /// Data objects of one card, at most.
    public static let objectsMax = 256

    public init() {}

    public subscript(tag: BERTag) -> [UInt8]? { objects[tag] }

    /// - Throws: ``CardAnswerError``; nothing is added then.
    public mutating func add(_ objects: [BERTLV]) throws(CardAnswerError) {
        var merged = self.objects
        for object in objects {
            if let known = merged[object.tag], known != object.value { throw .conflicting(object.tag) }
            merged[object.tag] = object.value
        }
        guard merged.count <= Self.objectsMax else { throw .tooMany }
        self.objects = merged
    }

    /// Adds the objects of a record, `70 { … }`.
    ///
    /// - Throws: ``CardAnswerError``; nothing is added then.
    public mutating func addRecord(_ record: [UInt8]) throws(CardAnswerError) {
        try add(try CardAnswer.template(.recordTemplate, in: record))
    }

    public var description: String { "‹\(objects.count) data objects›" }
}

extension CardData {
    /// What the card can do (tag 82).
    public func interchangeProfile() throws(CardAnswerError) -> ApplicationInterchangeProfile {
        guard let profile = ApplicationInterchangeProfile(bytes: try required(.applicationInterchangeProfile)) else {
            throw .invalid(.applicationInterchangeProfile)
        }
        return profile
    }

    /// The READ RECORD commands that the file locator asks for (tag 94), none when there is none.
    public func recordsToRead() throws(CardAnswerError) -> [RecordToRead] {
        guard let bytes = objects[.applicationFileLocator], !bytes.isEmpty else { return [] }
        let locator: ApplicationFileLocator
        do { locator = try ApplicationFileLocator(bytes: bytes) } catch { throw .fileLocator(error) }
        return locator.entries.flatMap { entry in
            entry.records.map { number in
                RecordToRead(
                    file: entry.shortFileIdentifier, number: number,
                    isSigned: number - entry.records.lowerBound < entry.signedCount)
            }
        }
    }

    /// Number and expiry: of tags 5A and 5F24, of track 2, or of both, which then agree.
    public func account() throws(CardAnswerError) -> (number: PrimaryAccountNumber, expiry: CardExpiry) {
        var number: PrimaryAccountNumber?
        var expiry: CardExpiry?
        if let bytes = objects[.primaryAccountNumber] {
            guard let read = try? PrimaryAccountNumber(packed: bytes) else { throw .invalid(.primaryAccountNumber) }
            number = read
        }
        if let bytes = objects[.applicationExpirationDate] {
            guard let read = CardExpiry(packed: bytes) else { throw .invalid(.applicationExpirationDate) }
            expiry = read
        }
        if let bytes = objects[.track2EquivalentData] {
            guard let track = try? Track2EquivalentData(packed: bytes) else { throw .invalid(.track2EquivalentData) }
            guard number == nil || number == track.number, expiry == nil || expiry == track.expiry else {
                throw .conflicting(.track2EquivalentData)
            }
            number = track.number
            expiry = track.expiry
        }
        guard let number else { throw .missing(.primaryAccountNumber) }
        guard let expiry else { throw .missing(.applicationExpirationDate) }
        return (number, expiry)
    }

    /// PSN (tag 5F34): two digits, 0 when there is none.
    public func sequenceNumber() throws(CardAnswerError) -> UInt8 {
        guard let bytes = objects[.sequenceNumber] else { return 0 }
        guard bytes.count == 1, let number = BinaryCodedDecimal.number(bytes) else { throw .invalid(.sequenceNumber) }
        return UInt8(number)
    }

    /// The value of an object.
    ///
    /// - Throws: ``CardAnswerError/missing(_:)``, or ``CardAnswerError/invalid(_:)`` for another length than `count`.
    public func required(_ tag: BERTag, count: Int? = nil) throws(CardAnswerError) -> [UInt8] {
        guard let value = objects[tag] else { throw .missing(tag) }
        guard count == nil || value.count == count else { throw .invalid(tag) }
        return value
    }
}

/// One record that the file locator names.
public struct RecordToRead: Hashable, Sendable {
    public let file: UInt8
    public let number: UInt8
    /// Whether it takes part in offline data authentication.
    public let isSigned: Bool

    /// READ RECORD. EMV Book 3 §6.5.11.
    public var command: CommandAPDU { CommandAPDU(0x00, 0xB2, number, file << 3 | 0x04, expectedLength: 256) }
}
