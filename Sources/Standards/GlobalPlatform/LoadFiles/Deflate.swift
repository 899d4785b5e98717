import CZlib

/// Raw deflate data (RFC 1951) through zlib, always with the size of the result known beforehand.
enum Deflate {
    /// The inflated bytes, exactly `size` of them and with nothing left over in `bytes`.
    static func inflate(_ bytes: [UInt8], size: Int, name: String) throws(ZIPError) -> [UInt8] {
        var stream = z_stream()
        // Window bits −15: no zlib header.
        let version = zlibVersion()
        guard inflateInit2_(&stream, -15, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .notDeflated(name)
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        // One byte more than announced: data that inflates to more is found out and goes no further.
        var output = [UInt8](repeating: 0, count: size + 1)
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return CZlib.inflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw .notDeflated(name) }
        guard Int(stream.total_out) == size, stream.avail_in == 0 else { throw .sizeMismatch(name) }
        output.removeLast()
        return output
    }

    /// The bytes deflated.
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let status = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib refuses its own parameters only when memory is exhausted")
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                _ = CZlib.deflate(&stream, Z_FINISH)
            }
        }
        return Array(output.prefix(Int(stream.total_out)))
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
