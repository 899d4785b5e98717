import GlobalPlatform
import ISO7816

/// Bytes as a CAP of either kind and as what the LOADs carry together.
func fuzzLoadFile(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    if let loadFile = try? LoadFile(bytes: bytes) {
        let again = try? LoadFile(bytes: loadFile.bytes)
        try require(again == loadFile, "a load file is read as it was written")
        try require(
            LoadFile.announcedLength(bytes) == bytes.count, "a load file announces the length that it has")
        if let inner = try? ExecutableLoadFile(components: loadFile.dataBlock) { try check(inner) }
    }
    guard let file = try? ExecutableLoadFile(file: bytes) else { return 0 }
    try check(file)
    return 1
}

/// What holds of everything that was accepted as a CAP.
func check(_ file: ExecutableLoadFile) throws(FuzzViolation) {
    try require(
        (try? ExecutableLoadFile(components: file.loadFileDataBlock)) == file,
        "the data block of a CAP is the same CAP")
    try require(
        file.applets.allSatisfy { $0.aid.rid == file.packageAID.rid }, "the applets have the RID of their package")
    let loadFile = LoadFile(file)
    guard let blocks = try? LoadCommand.blocks(of: loadFile) else {
        let blocksMin = loadFile.bytes.count / LoadCommand.blockLengthMax
        return try require(blocksMin >= LoadCommand.blocksMax, "a CAP that fits is cut into blocks")
    }
    try require(blocks.flatMap(\.block) == loadFile.bytes, "the blocks carry the load file")
    try require(blocks.map(\.isLastBlock).filter { $0 } == [true], "one block is the last")
}
