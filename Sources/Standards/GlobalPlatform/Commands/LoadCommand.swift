public import ISO7816

/// LOAD: one block of a Load File. GPC v2.3.1 §11.6.
public struct LoadCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xE8

    /// P1 b8.
    public var isLastBlock: Bool
    /// P2, from 0.
    public var blockNumber: UInt8
    public var block: [UInt8]

    public init(block: [UInt8], number: UInt8, isLast: Bool) {
        precondition(!block.isEmpty, "a block has at least one byte")
        self.block = block
        blockNumber = number
        isLastBlock = isLast
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard command.p1 == 0x00 || command.p1 == 0x80 else { throw .parameters(command) }
        guard !command.data.isEmpty else { throw .wrongDataLength(0) }
        isLastBlock = command.p1 == 0x80
        blockNumber = command.p2
        block = command.data
    }

    public var command: CommandAPDU {
        CommandAPDU(
            proprietaryClass, Self.instruction, isLastBlock ? 0x80 : 0x00, blockNumber, data: block,
            expectedLength: 256)
    }

    /// The block number is one byte.
    public static let blocksMax = 256
    /// What fits one short command at every SCP03 level: 255 less a MAC of 16 is 239; 14 blocks, one byte for padding.
    public static let blockLengthMax = 223

    /// The LOADs that carry `loadFile`, in order.
    ///
    /// - Throws: ``LoadFileError/tooManyBlocks(needed:)``.
    public static func blocks(
        of loadFile: LoadFile, blockLength: Int = blockLengthMax
    ) throws(LoadFileError) -> [LoadCommand] {
        precondition((1...255).contains(blockLength), "a short APDU carries 1 to 255 bytes")
        let bytes = loadFile.bytes
        let count = (bytes.count + blockLength - 1) / blockLength
        guard count <= blocksMax else { throw .tooManyBlocks(needed: count) }
        return (0..<count).map { index in
            let start = index * blockLength
            return LoadCommand(
                block: Array(bytes[start..<min(start + blockLength, bytes.count)]), number: UInt8(index),
                isLast: index == count - 1)
        }
    }
}
