package import NIOCore
package import RoostCore

extension ServerSentEvents {
    /// Parses the next bytes of the stream.
    ///
    /// - Parameter buffer: Any number of bytes.
    /// - Returns: The data of the events that these bytes complete.
    /// - Throws: `RoostError` with code `engineRefused` if a line or an event is longer than the limit.
    package mutating func feed(_ buffer: ByteBuffer) throws -> [String] { try feed(buffer.readableBytesView) }
}
