import HTTPServing
import HTTPTypes
import Hummingbird
import JobStore
import NIOCore
import PullJobs
import RoostCore
import ServiceLifecycle

/// All jobs as JSON lines, newest first. Only one page of them is in memory at a time.
struct JobExport: Sendable {
    private static let pageSize = 100

    let database: any JobStore
    let pulls: PullWorker

    var response: Response {
        Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: ResponseBody { try await write(to: &$0) })
    }

    /// Writes the export. A broken connection shows the client that it is incomplete.
    @concurrent private func write(to writer: inout any ResponseBodyWriter) async throws {
        var filter = JobFilter(limit: Self.pageSize)
        repeat {
            if Task.isShuttingDownGracefully { throw RoostError.serverStopping }
            let (bytes, next) = try await page(filter)
            try await writer.write(bytes)
            filter.cursor = next
        } while filter.cursor != nil
        try await writer.finish(nil)
    }

    private func page(_ filter: JobFilter) async throws -> (bytes: ByteBuffer, next: JobCursor?) {
        let page = try await database.completePage(matching: filter)
        return try await WorkThreads.run { [pulls] in
            var bytes = ByteBuffer()
            for job in page.jobs {
                bytes.writeImmutableBuffer(JSON.buffer(pulls.view(of: job)))
                bytes.writeString("\n")
            }
            return (bytes, page.next)
        }
    }
}
