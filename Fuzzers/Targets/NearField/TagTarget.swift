import CardCryptography
import ISO7816
import NFCForum

/// Any commands for a tag, and a reader's honest ones among them: a refusal changes nothing, what is kept is read back, the
/// counter never falls, and whatever was written, the reader gets a message or says why not.
func fuzzTag(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    guard var tag = makeTag(proving: input.flag()) else { throw FuzzViolation("the tag is made") }
    var accepted = 0
    for _ in 0..<64 where !input.isAtEnd {
        let before = tag
        let command: CommandAPDU
        switch input.number(below: 8) {
        case 0: command = Type4Command.selectApplication.command
        case 1: command = Type4Command.selectFile(input.flag() ? 0xE104 : 0xE103).command
        case 2, 3:
            let offset = input.uint16() % 160
            command = Type4Command.readBinary(offset: offset, length: 1 + input.number(below: 255)).command
        case 4, 5:
            let offset = input.uint16() % 160
            command = Type4Command.updateBinary(offset: offset, data: input.take(input.number(below: 24))).command
        case 6:
            tag.reset()
            continue
        default:
            guard let any = try? CommandAPDU(bytes: input.take(input.number(below: 24))) else { continue }
            command = any
        }
        let response = tag.process(command)
        try check(response, before, tag)
        if !response.statusWord.isRefusal { accepted += 1 }
    }
    return accepted
}

private func check(_ response: ResponseAPDU, _ before: Type4Tag, _ after: Type4Tag) throws(FuzzViolation) {
    if response.statusWord.isRefusal {
        try require(after == before && response.data.isEmpty, "a refusal changes nothing and says nothing")
    }
    try require(
        (after.persistentRevision == before.persistentRevision) == (after.persistentState == before.persistentState)
            || after.file == before.file, "what changes persistent memory has another revision")
    try require(
        (after.secureDynamicMessaging?.counter ?? 0) >= (before.secureDynamicMessaging?.counter ?? 0),
        "the counter never falls")
    try require(after.messageLength <= after.capabilities.messageLengthMax, "NLEN stays within the file")
    let kept = try? Type4Tag(persistentState: after.persistentState)
    try require(kept?.persistentState == after.persistentState, "a tag is read back as it was kept")
    _ = try? after.message()
}

private func makeTag(proving: Bool) -> Type4Tag? {
    guard let identifier = TagIdentifier([4, 1, 2, 3, 4, 5, 6]) else { return nil }
    guard proving else { return try? Type4Tag(identifier: identifier, fileSize: 128) }
    let key = SecretBytes([UInt8](repeating: 7, count: 16))
    return (try? SecureDynamicKeys(metaRead: key, fileRead: key)).flatMap {
        try? Type4Tag(
            identifier: identifier, fileSize: 160, template: SecureDynamicTemplate(uri: "https://a.example/"), keys: $0)
    }
}
