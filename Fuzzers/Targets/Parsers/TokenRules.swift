import GlobalPlatform
import ISO7816

/// What a token signs does not depend on the token, and taking a command apart loses nothing.
///
/// - Returns: whether the command takes a token.
func checkToken(_ command: CommandAPDU) throws(FuzzViolation) -> Bool {
    guard let bearing = try? TokenBearingCommand(command) else { return false }
    try require(bearing.signedData.starts(with: [command.p1, command.p2]), "a token signs P1 and P2")
    for token in [[], bearing.token, [0xAA]] {
        let again = try reread(bearing.command(token: token))
        try require(again.token == token, "a token is found where it was put")
        try require(again.signedData == bearing.signedData, "what is signed does not depend on the token")
        try require(again.reference == bearing.reference, "what a token is for does not depend on it")
    }
    let reference = TokenControlReference(imageNumber: [1], number: 7)
    let referring = try reread(bearing.referring(to: reference).command(token: [0xAA]))
    try require(referring.reference == reference, "what a token is for is found where it was put")
    return true
}

private func reread(_ command: CommandAPDU) throws(FuzzViolation) -> TokenBearingCommand {
    do { return try TokenBearingCommand(command) } catch {
        throw FuzzViolation("a command with another token is a command: \(error)")
    }
}

/// A receipt is written as it is read, but for the length of lengths.
func checkReceipt(_ bytes: [UInt8]) throws(FuzzViolation) {
    guard let receipt = try? Receipt.read(bytes) else { return }
    try require((try? Receipt.read(receipt.bytes)) == receipt, "a receipt is read as it was written")
    try require(receipt.bytes.count <= bytes.count, "the shortest form of a receipt is not longer than another")
}
