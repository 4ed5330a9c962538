import HTTPServing
import HTTPTypes
import Hummingbird
import JobStore
import NIOCore
import RoostCore
import ServiceLifecycle

/// The body of an event stream: first the events since the client's last one, then new events, without gaps or
/// duplicates.
///
/// It ends when the job is finished, the client disconnects or reads too slowly, its key ends, or the server stops.
struct JobEventBody: Sendable {
    private static let pageSize = 250

    let database: any JobStore
    let broadcast: JobBroadcast
    let request: Request
    /// The jobs.
    let scope: JobScope
    /// The number of the last event that the client has or does not want.
    let after: Int64
    /// Whether the client may still see the jobs.
    let isAllowed: @Sendable () -> Bool

    /// The response with this body. Its connection cannot be used again, because it is watched for the client's
    /// disconnection.
    var response: Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-cache", .connection: "close"],
            body: ResponseBody { try await run(&$0) })
    }

    @concurrent private func run(_ writer: inout any ResponseBodyWriter) async throws {
        // Watching begins before reading: an event that is committed between the two arrives twice and is not lost.
        let watcher = await broadcast.watch(scope, isAllowed: isAllowed)
        do {
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await withGracefulShutdownHandler {
                    try await relay(watcher, to: &writer)
                } onGracefulShutdown: {
                    watcher.end()
                }
            } onInboundClosed: {
                watcher.end()
            }
        } catch {
            await broadcast.leave(watcher)
            throw error
        }
        await broadcast.leave(watcher)
        try await writer.finish(nil)
    }

    /// Writes what the client lacks, and then what the watcher gets.
    @concurrent func relay(_ watcher: JobWatcher, to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(JobFrame.opening(after: after))
        let wasFinished = try await isFinished()
        let (newest, isWhole) = try await replay(while: watcher, to: &writer)
        // What waits in the watcher comes after the part that is missing: the client comes back for both.
        guard isWhole else { return }
        // A final event in an earlier run of the job does not end the stream; the last event of the history does.
        if wasFinished || ends(newest) { return }
        var last = newest?.id ?? after
        for await frame in watcher.frames {
            watcher.consumed()
            guard watcher.isAllowed() else { return }
            guard case .event(let event, let bytes) = frame else {
                try await writer.write(frame.bytes)
                continue
            }
            guard event.id > last else { continue }
            last = event.id
            try await writer.write(bytes)
            if ends(event) { return }
        }
    }

    /// Writes the history after the client's last event.
    ///
    /// - Returns: The last event written, and whether nothing of the history is missing: the watcher may end before.
    @concurrent private func replay(
        while watcher: JobWatcher, to writer: inout any ResponseBodyWriter
    ) async throws -> (newest: JobEvent?, isWhole: Bool) {
        var newest: JobEvent?
        while !watcher.hasEnded {
            let (page, bytes) = try await page(after: newest?.id ?? after)
            if bytes.readableBytes > 0 { try await writer.write(bytes) }
            newest = page.last ?? newest
            if page.count < Self.pageSize { return (newest, true) }
        }
        return (newest, false)
    }

    private func page(after number: Int64) async throws -> (events: [JobEvent], bytes: ByteBuffer) {
        let events = try await database.history(of: scope, after: number, limit: Self.pageSize)
        return try await WorkThreads.run {
            var bytes = ByteBuffer()
            for event in events { bytes.writeImmutableBuffer(JobFrame(event).bytes) }
            return (events, bytes)
        }
    }

    private func isFinished() async throws -> Bool {
        guard case .job(let id) = scope else { return false }
        return try await database.job(id: id)?.status.isFinished ?? true
    }

    private func ends(_ event: JobEvent?) -> Bool {
        if case .job = scope { event?.status.isFinished == true } else { false }
    }
}
