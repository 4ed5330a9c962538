import CZlib

/// Counts the bytes that compressed data unpacks to, and keeps none of them.
enum InflatedSize {
    /// The bytes that are unpacked at a time.
    private static let step = 32 << 10

    /// Counts the bytes.
    ///
    /// - Parameters:
    ///   - input: The data in zlib's format (RFC 1950); untrusted.
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
        guard let size = uInt(exactly: input.count), inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        (stream.next_in, stream.avail_in) = (input.baseAddress, size)
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
}
