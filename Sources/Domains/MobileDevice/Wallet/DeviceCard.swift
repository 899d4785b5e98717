public import EMV
import ISO7816

/// A card as it lies in the secure element of the device: what is seen of its record, which holds no token.
public struct DeviceCard: Hashable, Sendable {
    /// 1 or 2: in which universal instance.
    public let type: Int
    public let reference: UniversalCardReference
    public let label: String
    public let lastFour: String
    /// Whether terminals reach this one.
    public let isChosen: Bool
    public let functions: Set<CardFunction>
    /// First 8 bytes of the SHA-256 of the record as it was put.
    public let fingerprint: [UInt8]

    /// Reads a record of SFI 30: `70 { E0 { C0 reference, 50 label, 9F25 last four, 83 chosen, 85 functions, 86
    /// fingerprint } }`.
    init(record: [UInt8], type: Int) throws(CardAnswerError) {
        let objects = try Self.objects(of: 0xE0, in: record)
        func value(_ tag: BERTag, count: Int? = nil) throws(CardAnswerError) -> [UInt8] {
            guard let value = objects[tag] else { throw .missing(tag) }
            guard count == nil || value.count == count else { throw .invalid(tag) }
            return value
        }
        guard let reference = UniversalCardReference(try value(0xC0)) else { throw .invalid(0xC0) }
        guard let lastFour = BinaryCodedDecimal.digits(try value(.lastFourDigits, count: 2)) else {
            throw .invalid(.lastFourDigits)
        }
        let bitmap = try value(0x85, count: 1)[0]
        self.type = type
        self.reference = reference
        self.lastFour = lastFour
        label = String(decoding: try value(.applicationLabel), as: UTF8.self)
        isChosen = try value(0x83, count: 1) == [0x01]
        functions = Set(CardFunction.allCases.filter { bitmap & $0.bit != 0 })
        fingerprint = try value(0x86, count: 8)
    }

    /// The objects of the one template in a record.
    static func objects(of tag: BERTag, in record: [UInt8]) throws(CardAnswerError) -> [BERTLV] {
        do {
            let template = try BERTLV(bytes: record)
            guard template.tag == .recordTemplate else {
                throw BERTLVDecodingError.unexpectedTag(template.tag, expected: .recordTemplate)
            }
            guard let value = try template.children()[tag] else { throw BERTLVDecodingError.missing(tag) }
            return try BERTLV.sequence(value)
        } catch let error as BERTLVDecodingError {
            throw .malformed(error)
        } catch {
            preconditionFailure("BER-TLV throws only the error above")
        }
    }
}
