import ISO7816

/// Takes data objects in order and insists that nothing is left over.
struct StateReader {
    private var objects: ArraySlice<BERTLV>

    init(_ bytes: [UInt8]) throws(CardStateError) {
        do { objects = try BERTLV.sequence(bytes)[...] } catch { throw .malformed("\(error)") }
    }

    mutating func value(_ tag: BERTag) throws(CardStateError) -> [UInt8] {
        guard let value = try valueIfPresent(tag) else {
            throw .malformed("\(objects.first.map { "\($0.tag)" } ?? "the end") stands where \(tag) is expected")
        }
        return value
    }

    mutating func valueIfPresent(_ tag: BERTag) throws(CardStateError) -> [UInt8]? {
        objects.first?.tag == tag ? objects.removeFirst().value : nil
    }

    mutating func byte(_ tag: BERTag) throws(CardStateError) -> UInt8 {
        let value = try value(tag)
        guard value.count == 1 else { throw .malformed("\(tag) has \(value.count) bytes instead of 1") }
        return value[0]
    }

    mutating func uint32(_ tag: BERTag) throws(CardStateError) -> UInt32 {
        let value = try value(tag)
        guard value.count == 4 else { throw .malformed("\(tag) has \(value.count) bytes instead of 4") }
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func uint32IfPresent(_ tag: BERTag) throws(CardStateError) -> Int? {
        objects.first?.tag == tag ? Int(try uint32(tag)) : nil
    }

    mutating func aid(_ tag: BERTag) throws(CardStateError) -> AID {
        let value = try value(tag)
        do { return try AID(value) } catch { throw .malformed("\(tag): \(error)") }
    }

    func finish() throws(CardStateError) {
        if let object = objects.first { throw .malformed("nothing is expected where \(object.tag) stands") }
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] {
        [UInt8(self >> 24), UInt8(self >> 16 & 0xFF), UInt8(self >> 8 & 0xFF), UInt8(self & 0xFF)]
    }
}
