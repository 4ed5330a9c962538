package import NIOCore

extension ByteBuffer {
    /// Returns where a text first stands in the readable bytes.
    ///
    /// The standard library's search in collections is not specialised for a buffer, and too slow for each event of an
    /// answer.
    ///
    /// - Parameters:
    ///   - text: The text; not empty.
    ///   - start: The number of readable bytes to skip.
    /// - Returns: The number of readable bytes before the text; `nil` if it is not there.
    package func position(of text: StaticString, from start: Int = 0) -> Int? {
        withUnsafeReadableBytes { bytes in
            text.withUTF8Buffer { text in
                guard let first = text.first, start >= 0, bytes.count - text.count >= start else { return nil }
                var place = start
                let last = bytes.count - text.count
                while place <= last {
                    if bytes[place] == first, bytes[place..<place + text.count].elementsEqual(text) { return place }
                    place += 1
                }
                return nil
            }
        }
    }
}
