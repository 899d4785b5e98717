import COpenSSL

/// A single-DES key, one third of what GlobalPlatform's older algorithms are made of.
///
/// A value holding the key schedule, which is wiped with its last copy and only read meanwhile.
struct DESSchedule: Sendable {
    private let storage: Storage

    private final class Storage: @unchecked Sendable {
        let schedule: UnsafeMutablePointer<DES_key_schedule>

        init(_ key: UnsafeRawPointer) {
            schedule = .allocate(capacity: 1)
            schedule.initialize(to: DES_key_schedule())
            var block = key.loadUnaligned(as: DES_cblock.self)
            DES_set_key_unchecked(&block, schedule)
            OPENSSL_cleanse(&block, MemoryLayout<DES_cblock>.size)
        }

        deinit {
            OPENSSL_cleanse(schedule, MemoryLayout<DES_key_schedule>.size)
            schedule.deallocate()
        }
    }

    /// Keys from 8 bytes; parity bits are not looked at.
    init(_ key: UnsafeRawPointer) { storage = Storage(key) }

    func encrypt(_ block: UInt64) -> UInt64 { transform(block, DES_ENCRYPT) }
    func decrypt(_ block: UInt64) -> UInt64 { transform(block, DES_DECRYPT) }

    /// The last block of CBC over whole blocks, which are not kept.
    func checksum(_ blocks: UnsafeRawBufferPointer, initialValue: UInt64) -> UInt64 {
        var chain = unsafeBitCast(initialValue.bigEndian, to: DES_cblock.self)
        var output = chain
        DES_cbc_cksum(
            blocks.baseAddress?.assumingMemoryBound(to: UInt8.self), &output, blocks.count, storage.schedule, &chain)
        return UInt64(bigEndian: unsafeBitCast(output, to: UInt64.self))
    }

    /// CBC with three keys over whole blocks, where they are.
    static func transformCBC(
        _ blocks: UnsafeMutableRawBufferPointer, _ first: DESSchedule, _ second: DESSchedule, _ third: DESSchedule,
        initialValue: UInt64, encrypting: Bool
    ) {
        var chain = unsafeBitCast(initialValue.bigEndian, to: DES_cblock.self)
        let bytes = blocks.baseAddress?.assumingMemoryBound(to: UInt8.self)
        DES_ede3_cbc_encrypt(
            bytes, bytes, blocks.count, first.storage.schedule, second.storage.schedule, third.storage.schedule, &chain,
            encrypting ? DES_ENCRYPT : DES_DECRYPT)
    }

    /// One block as a big-endian number.
    private func transform(_ block: UInt64, _ direction: Int32) -> UInt64 {
        var input = unsafeBitCast(block.bigEndian, to: DES_cblock.self)
        var output = DES_cblock(0, 0, 0, 0, 0, 0, 0, 0)
        DES_ecb_encrypt(&input, &output, storage.schedule, direction)
        return UInt64(bigEndian: unsafeBitCast(output, to: UInt64.self))
    }
}
