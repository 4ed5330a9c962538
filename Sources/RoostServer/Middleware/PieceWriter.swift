import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// Writes an answer in pieces, each of which waits until the client has read enough of those before it. A client that reads for
/// longer than a minute and a second for each 16 KiB gets no more.
struct PieceWriter: ResponseBodyWriter {
    /// The most bytes of a piece.
    private static let most = 64 << 10

    private var writer: any ResponseBodyWriter
    private var delay = ReadingDelay(leastPace: 16 << 10)

    /// Creates a writer.
    ///
    /// - Parameter writer: Writes the pieces.
    init(writer: any ResponseBodyWriter) { self.writer = writer }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let piece = rest.readSlice(length: min(Self.most, rest.readableBytes)), piece.readableBytes > 0 {
            delay.begin()
            try await writer.write(piece)
            guard !delay.isTooLong() else { throw RoostError(.timedOut, "The client read its answer too slowly.") }
            delay.end(bytes: piece.readableBytes)
        }
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}
