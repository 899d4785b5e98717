import GlobalPlatform
import ISO7816

/// Data objects are read and written alike as far down as they go, and every template is read from them or refused.
func fuzzBERTLV(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    _ = LoadFile.announcedLength(bytes)
    _ = try? DataGrouping.sequence(bytes)
    if let object = try? BERTLV(bytes: bytes) {
        try require((try? BERTLV.sequence(bytes)) == [object], "one data object is a sequence of one")
    }
    guard let objects = try? BERTLV.sequence(bytes) else { return 0 }
    try require(objects.bytes.count <= bytes.count, "the shortest form of a length is not longer than another")
    try readTemplates(bytes)
    return try count(objects, depth: 0)
}

/// Constructed objects are entered: sixteen levels are deeper than any template of the standards.
private func count(_ objects: [BERTLV], depth: Int) throws(FuzzViolation) -> Int {
    var total = 0
    for object in objects {
        let read = try? BERTLV(bytes: object.bytes)
        try require(read == object, "a data object is read as it was written")
        try require(object.tag.bytes.count <= 3, "a tag has three bytes at most")
        total += 1
        guard depth < 16, object.tag.isConstructed, let children = try? object.children() else { continue }
        total += try count(children, depth: depth + 1)
    }
    return total
}

private func readTemplates(_ bytes: [UInt8]) throws(FuzzViolation) {
    if let entries = try? RegistryEntry.entries(tlv: bytes) {
        let again = try? RegistryEntry.entries(tlv: entries.flatMap { $0.bytes() })
        try require(again == entries, "registry entries are read as they were written")
    }
    if let keys = try? KeyInformationTemplate(bytes: bytes) {
        try require((try? KeyInformationTemplate(bytes: keys.bytes)) == keys, "key information is read as written")
    }
    _ = try? CardRecognitionData(bytes: bytes)
    _ = try? CardCapabilityInformation(bytes: bytes)
    _ = try? ExtendedCardResources(bytes: bytes)
    _ = try? FileControlInformation(bytes: bytes)
    _ = try? CardProductionLifeCycleData(bytes: bytes)
}
