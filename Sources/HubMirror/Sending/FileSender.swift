import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SystemPackage

/// Writes bodies to a connection. Parts of files are sent by the system directly from the page cache (`sendfile`).
///
/// A body gets it with `writer as? FileSender`. That fails when another writer needs the bytes; then they are read into
/// memory.
struct FileSender: ResponseBodyWriter {
    private var parent: any ResponseBodyWriter
    private let channel: any Channel

    /// The size in bytes below which reading into memory is faster.
    static let smallest = 64 << 10
    /// The most bytes that are sent in one step.
    private static let step: Int64 = 4 << 20
    /// The most time for one step. A client that needs longer uses resources that others need.
    private static let longestStep: TimeAmount = .minutes(5)

    /// The most time for running bodies after a request to stop the mirror. Clients continue an incomplete file later.
    private static let drain: TimeAmount = .seconds(2)

    /// Returns a body whose writer is a file sender, and which does not delay the end of the mirror.
    static func body(_ body: ResponseBody, over channel: any Channel) -> ResponseBody {
        ResponseBody(contentLength: body.contentLength) { writer in
            try await withGracefulShutdownHandler {
                try await body.write(FileSender(parent: writer, channel: channel))
            } onGracefulShutdown: {
                channel.eventLoop.scheduleTask(in: drain) { channel.close(promise: nil) }
            }
        }
    }

    private init(parent: any ResponseBodyWriter, channel: any Channel) {
        self.parent = parent
        self.channel = channel
    }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws { try await parent.write(buffer) }

    @concurrent mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws { try await parent.write(contentsOf: buffers) }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await parent.finish(trailingHeaders) }

    /// Sends a part of a file, and returns when the system has accepted all of it.
    ///
    /// - Parameters:
    ///   - range: The bytes to send.
    ///   - file: The file.
    /// - Throws: The error of the connection or the file; `CancellationError`, after closing the connection.
    func send(_ range: Range<Int64>, of file: OpenFile) async throws {
        // A descriptor of its own, which stays open until all of the part is sent.
        let handle = try file.handle()
        defer { try? handle.close() }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(Self.step)) {
            let end = min(start + Self.step, range.upperBound)
            // For bytes beyond the end of the file, the system would send nothing in an endless loop.
            guard file.holds(end) else { throw Errno.ioError }
            try await write(FileRegion(fileHandle: handle, readerIndex: Int(start), endIndex: Int(end)))
        }
    }

    private func write(_ region: FileRegion) async throws {
        let channel = channel
        let sent = channel.eventLoop.flatSubmit {
            let promise = channel.eventLoop.makePromise(of: Void.self)
            let limit = channel.eventLoop.scheduleTask(in: Self.longestStep) { channel.close(promise: nil) }
            promise.futureResult.whenComplete { _ in limit.cancel() }
            do {
                // After the head, which used the same handlers; the encoder passes bodies of known length on unchanged.
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder.writeAndFlush(NIOAny(IOData.fileRegion(region)), promise: promise)
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }
        try await withTaskCancellationHandler {
            try await sent.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
