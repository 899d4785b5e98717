import NFCForum

/// Bytes as an NDEF message, and every record that is read from it as each of the types.
func fuzzNDEF(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    _ = try? SecureDynamicMessage(uri: String(decoding: bytes, as: UTF8.self))
    if let container = try? CapabilityContainer(bytes: bytes) {
        try require(
            (try? CapabilityContainer(bytes: container.bytes)) == container, "a container is read as it was written")
    }
    guard let message = try? NDEFMessage(bytes: bytes) else { return 0 }
    try require(message.bytes.count <= bytes.count, "the shortest form of a message is not longer than another")
    try require((try? NDEFMessage(bytes: message.bytes)) == message, "a message is read as it was written")
    _ = message.uri
    for record in message.records { try readTypes(record) }
    return message.records.count
}

private func readTypes(_ record: NDEFRecord) throws(FuzzViolation) {
    if let uri = try? URIRecord(record) {
        try require((try? URIRecord(uri.record)) == uri, "a URI is read as it was written")
    }
    if let text = try? TextRecord(record) {
        try require((try? TextRecord(text.record)) == text, "a text is read as it was written")
    }
    if let poster = try? SmartPoster(record) {
        try require((try? SmartPoster(poster.record)) == poster, "a smart poster is read as it was written")
    }
    if let external = try? ExternalRecord(record) {
        try require((try? ExternalRecord(external.record)) == external, "an external record is read as it was written")
    }
}
