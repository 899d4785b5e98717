import CardCryptography
import ISO8583

/// The first byte chooses the dialect; the others are a message. What is read is written so that it is read again as the
/// same, and as it was where bytes have one form only; it prints no account number.
func fuzzISO8583(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    guard let first = bytes.first else { return 0 }
    let dialects: [Dialect] = [.ascii, .binary, .packed]
    let dialect = dialects[Int(first) % dialects.count]
    let data = Array(bytes.dropFirst())
    let message: Message
    do {
        message = try Message(data, in: dialect)
    } catch {
        try require((0...data.count).contains(error.offset), "a fault lies within the bytes")
        return 0
    }
    try isWrittenAsRead(message, data, dialect)
    try isMasked(message)
    try isAuthenticated(message, dialect)
    try isPrivateDataWrittenAsRead(message)
    return message.elements.count
}

private func isWrittenAsRead(_ message: Message, _ data: [UInt8], _ dialect: Dialect) throws(FuzzViolation) {
    let written = message.bytes(in: dialect)
    try require((try? Message(written, in: dialect)) == message, "a message is read as it was written")
    try require(written.count <= data.count, "what is written is no longer than what was read")
    // A secondary bitmap may be empty, and hex digits may be small.
    if dialect.bytes == .binary, written.count == data.count {
        try require(written == data, "a message is written as it was read")
    }
}

private func isMasked(_ message: Message) throws(FuzzViolation) {
    if let number = message[.primaryAccountNumber] {
        try require(message.shown(.primaryAccountNumber) != number, "an account number is masked")
    }
    for element in [DataElement.track2, .pinData] {
        if let value = message[element] { try require(message.shown(element) != value, "\(element) is not shown") }
    }
}

private func isPrivateDataWrittenAsRead(_ message: Message) throws(FuzzViolation) {
    guard let data = try? message.privateData() else { return }
    var written = message
    written.set(data)
    try require((try? written.privateData()) == data, "private data are read as they were written")
    try require("\(message)".contains("126=‹"), "private data are not shown")
}

private func isAuthenticated(_ message: Message, _ dialect: Dialect) throws(FuzzViolation) {
    let signed = message.bytes(in: dialect, authenticatedBy: lineKey)
    guard let read = try? Message(signed, in: dialect, authenticatedBy: lineKey) else {
        throw FuzzViolation("an authenticated message is believed")
    }
    try require(read.type == message.type, "an authenticated message is the same")
    var altered = signed
    altered[altered.count / 2] ^= 0x01
    try require(
        (try? Message(altered, in: dialect, authenticatedBy: lineKey)) == nil, "an altered message is not believed")
}

private let lineKey: MessageAuthentication = .cmac(.random(.aes128))
