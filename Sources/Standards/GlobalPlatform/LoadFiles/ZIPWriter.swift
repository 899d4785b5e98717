/// Writes the archives that ``ZIPArchive`` reads: local headers and data, central directory, end. APPNOTE 6.3.10.
package struct ZIPWriter {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    package init() {}

    package mutating func add(_ name: String, _ content: [UInt8], compressed: Bool) {
        let name = Array(name.utf8)
        let data = compressed ? Deflate.deflate(content) : content
        // Version 2.0, no flags, method, 1980-01-01 00:00, CRC, sizes, name length, no extra field.
        let fields =
            le16(20) + le16(0) + le16(compressed ? 8 : 0) + le16(0) + le16(0x0021)
            + le32(Int(Deflate.checksum(content)))
            + le32(data.count) + le32(content.count) + le16(name.count) + le16(0)
        let offset = body.count
        body += le32(0x0403_4B50) + fields + name + data
        directory += le32(0x0201_4B50) + le16(20) + fields
        directory += le16(0) + le16(0) + le16(0) + le32(0) + le32(offset) + name
        count += 1
    }

    package func finished() -> [UInt8] {
        body + directory + le32(0x0605_4B50) + le16(0) + le16(0) + le16(Int(count)) + le16(Int(count))
            + le32(directory.count) + le32(body.count) + le16(0)
    }

    private func le16(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    private func le32(_ value: Int) -> [UInt8] { le16(value & 0xFFFF) + le16(value >> 16 & 0xFFFF) }
}
