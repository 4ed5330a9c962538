import CZlib

/// Counts the bytes that compressed data unpacks to, and keeps none of them.
enum InflatedSize {
    /// The bytes that are unpacked at a time.
    private static let step = 32 << 10
    /// The header before the data.
    private static let header = 2

    /// Counts the bytes.
    ///
    /// - Parameters:
    ///   - input: The data in zlib's format (RFC 1950); untrusted. Its checksum is not read, as decoders of images do not.
    ///   - limit: The most bytes. No more than a step beyond it is unpacked.
    /// - Returns: The number; `nil` when there are more, or the data is damaged.
    static func of(_ input: [UInt8], limit: Int) -> Int? {
        var input = input
        return input.withUnsafeMutableBufferPointer { input in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: step) { count(input, limit, $0) }
        }
    }

    private static func count(_ input: UnsafeMutableBufferPointer<UInt8>, _ limit: Int, _ output: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var stream = z_stream()
        guard isHeader(input.prefix(header)), let size = uInt(exactly: input.count - header),
            // Negative: data without header and checksum.
            inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { inflateEnd(&stream) }
        (stream.next_in, stream.avail_in) = (input.baseAddress.map { $0 + header }, size)
        var count = 0
        while count <= limit {
            (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
            let result = inflate(&stream, Z_NO_FLUSH)
            count += output.count - Int(stream.avail_out)
            if result == Z_STREAM_END { return count <= limit ? count : nil }
            // Also the end of the input before the end of the data.
            guard result == Z_OK else { return nil }
        }
        return nil
    }

    /// Whether the bytes begin data that is compressed by deflate, without a dictionary.
    private static func isHeader(_ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) -> Bool {
        guard bytes.count == header, let method = bytes.first, let flags = bytes.last else { return false }
        return (Int(method) << 8 | Int(flags)) % 31 == 0 && method & 15 == 8 && flags & 32 == 0
    }
}
