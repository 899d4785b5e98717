import GlobalPlatform
import ISO7816

/// What is read is written back alike, and what a command of the card specification means survives its own encoding.
func fuzzAPDU(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var accepted = 0
    if let response = try? ResponseAPDU(bytes: bytes) {
        try require(response.bytes == bytes, "a response is written as it was read")
    }
    if let template = try? RegistryEntry.entries(tlv: bytes) { accepted += template.count }
    try checkReceipt(bytes)
    guard let command = try? CommandAPDU(bytes: bytes) else { return accepted }
    try require(try reread(command.bytes) == command, "a command is read as it was written")
    if !command.isExtended { try require(command.bytes == bytes, "a short command has one form") }
    try require(!"\(command)".isEmpty, "a command has a description")
    for type in commandTypes { accepted += try roundTrip(command, as: type) ? 1 : 0 }
    accepted += try checkToken(command) ? 1 : 0
    try checkChaining(command)
    return accepted
}

private func reread(_ bytes: [UInt8]) throws(FuzzViolation) -> CommandAPDU {
    do { return try CommandAPDU(bytes: bytes) } catch { throw FuzzViolation("what was written is a command: \(error)") }
}

private let commandTypes: [any GlobalPlatformCommand.Type] = [
    SelectCommand.self, ManageChannelCommand.self, GetDataCommand.self, GetStatusCommand.self, SetStatusCommand.self,
    StoreDataCommand.self, InstallCommand.self, LoadCommand.self, DeleteCommand.self, PutKeyCommand.self,
    InitializeUpdateCommand.self, ExternalAuthenticateCommand.self,
]

private func roundTrip<Command: GlobalPlatformCommand>(
    _ command: CommandAPDU, as type: Command.Type
) throws(FuzzViolation) -> Bool {
    let read: Command
    do { read = try Command(command) } catch {
        try require(error.statusWord.isRefusal, "a command that cannot be read is refused")
        return false
    }
    let again: Command
    do { again = try Command(read.command) } catch {
        throw FuzzViolation("\(Command.self) does not read what it writes: \(error)")
    }
    try require(again == read, "\(Command.self) means what it meant before it was written")
    return true
}

private func checkChaining(_ command: CommandAPDU) throws(FuzzViolation) {
    let parts = CommandChaining.split(command)
    try require(parts.flatMap(\.data) == command.data, "the parts of a chain carry the command's data")
    try require(parts.allSatisfy { $0.data.count <= 255 }, "the parts of a chain are short")
}
