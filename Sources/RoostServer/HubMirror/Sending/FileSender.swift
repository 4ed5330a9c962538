import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SystemPackage

/// Writes bodies to a connection, and parts of files so that the system takes them from the disk's cache to the network itself (`sendfile`).
///
/// A body asks by `writer as? FileSender`. It is refused where something between wants to see the bytes; then they go through memory.
struct FileSender: ResponseBodyWriter {
    private var parent: any ResponseBodyWriter
    private let channel: any Channel

    /// Below this size, in bytes, the way through memory is shorter.
    static let smallest = 64 << 10
    /// Sent at once.
    private static let step: Int64 = 4 << 20
    /// A client that takes longer for a step has gone to sleep, and holds what others could use.
    private static let longestStep: TimeAmount = .minutes(5)

    /// How long a body may go on after the mirror was asked to stop. Clients continue a file where it broke off.
    private static let drain: TimeAmount = .seconds(2)

    /// A body whose writer is a file sender, and which does not hold up the mirror's end.
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

    /// Sends a part of a file, and returns when the system has all of it.
    ///
    /// - Parameters:
    ///   - range: Which bytes.
    ///   - file: The file.
    /// - Throws: What the connection or the file ended with; `CancellationError`, after closing the connection.
    func send(_ range: Range<Int64>, of file: OpenFile) async throws {
        // A descriptor of its own, open until nothing of it is under way any more.
        let handle = try file.handle()
        defer { try? handle.close() }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(Self.step)) {
            let end = min(start + Self.step, range.upperBound)
            // The system sends nothing of what is not there, again and again.
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
                // Behind the head, which went the same way; the encoder passes bodies of known length through as they are.
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
