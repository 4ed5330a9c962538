import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOHTTP1
public import RoostCore

extension RoostClient {
    /// One job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job with its live progress.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func job(_ id: String) async throws -> JobView { try await decode(send(.GET, path(id))) }

    /// The newest jobs.
    ///
    /// - Parameters:
    ///   - status: Only jobs of this status.
    ///   - model: Only jobs of this model.
    ///   - limit: At most so many, 1 to 1,000; the server's default is 50.
    /// - Returns: The jobs, newest first.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func jobs(status: String? = nil, model: String? = nil, limit: Int? = nil) async throws -> [JobView] {
        var search = JobSearch()
        search.status = status
        search.model = model
        search.limit = limit
        return try await jobs(search).jobs
    }

    /// A page of the jobs that a search finds.
    ///
    /// - Parameters:
    ///   - search: Which jobs.
    ///   - cursor: `next` of the page before; `nil` for the first.
    /// - Returns: The jobs, newest first, and where the next page begins.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func jobs(_ search: JobSearch, after cursor: String? = nil) async throws -> JobListing {
        let response = try await send(.GET, "/jobs" + query(search.parameters + [("cursor", cursor)]))
        let next = response.headers.first(name: "Link").flatMap(Self.cursor)
        return JobListing(jobs: try await decode(response), next: next)
    }

    /// The cursor in `</jobs?…&cursor=…>; rel="next"`.
    private static func cursor(in link: String) -> String? {
        guard link.contains("rel=\"next\""), let end = link.firstIndex(of: ">") else { return nil }
        return URLComponents(string: String(link[..<end].dropFirst()))?.queryItems?.first { $0.name == "cursor" }?.value
    }

    /// The files of a job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The files, by path; empty before the job is planned.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func files(of id: String) async throws -> [JobFile] { try await decode(send(.GET, path(id) + "/files")) }

    /// All jobs as JSON lines, newest first.
    ///
    /// - Parameter onBytes: Gets the bytes as they come, cut anywhere.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`, also when the answer breaks off; what `onBytes` throws.
    public func exportJobs(onBytes: (Data) throws -> Void) async throws {
        let response = try await send(.GET, "/jobs/export")
        var bytes = response.body.makeAsyncIterator()
        while true {
            let part: ByteBuffer?
            do { part = try await bytes.next() } catch { throw brokenConnection(error) }
            guard let part else { return }
            try onBytes(Data(part.readableBytesView))
        }
    }
}

extension RoostClient {
    /// Ends a job that is queued or running.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func cancel(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/cancel")) }

    /// Sets a queued or running job aside; its bytes stay.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func pause(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/pause")) }

    /// Puts a paused job, or one that waits for its next try, back into the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func resume(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/resume")) }

    /// Puts a failed or canceled job back into the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func retry(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/retry")) }

    /// Gives a job another place in the queue.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100; higher goes first.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func prioritize(_ id: String, priority: Int) async throws -> JobView {
        try await decode(send(.POST, path(id) + "/priority", body: ["priority": priority]))
    }

    /// Gives a job a download limit of its own.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: 65,536 or more; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func limit(_ id: String, bytesPerSecond: Int64?) async throws -> JobView {
        try await decode(send(.POST, path(id) + "/rate", body: ["max_bytes_per_second": bytesPerSecond]))
    }

    /// Deletes a finished job and its history.
    ///
    /// - Parameter id: The job's id.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    public func delete(_ id: String) async throws { _ = try await collect(send(.DELETE, path(id))) }

    /// Deletes finished jobs. At least one rule must be given; jobs go that either names.
    ///
    /// - Parameters:
    ///   - days: Jobs that ended more than so many days ago go.
    ///   - keep: All but so many newest jobs of each model go.
    ///   - dryRun: Whether only to count.
    /// - Returns: How many jobs were (or would be) deleted.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func pruneJobs(days: Int? = nil, keep: Int? = nil, dryRun: Bool = false) async throws -> JobPruned {
        try await decode(send(.POST, "/jobs/prune", body: Pruning(days: days, keep: keep, dry_run: dryRun), timeout: .minutes(10)))
    }

    private struct Pruning: Encodable {
        let days: Int?
        let keep: Int?
        let dry_run: Bool
    }
}

extension RoostClient {
    /// A part of the history, oldest first.
    ///
    /// - Parameters:
    ///   - id: Only this job's; `nil` for all jobs.
    ///   - number: Only events after this one; 0 for all.
    ///   - limit: At most so many, 1 to 1,000; the server's default is 100.
    /// - Returns: The events.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    public func history(of id: String?, after number: Int64 = 0, limit: Int? = nil) async throws -> [JobEvent] {
        let parameters = [("format", "json"), ("after", String(number)), ("limit", limit.map(String.init))]
        return try await decode(send(.GET, eventsPath(id) + query(parameters)))
    }

    /// What has happened to a job, and what happens, until it is finished; or what happens to all jobs.
    ///
    /// - Parameters:
    ///   - id: The job; `nil` for all jobs.
    ///   - number: The number of the last event known; `nil` for the whole history of a job, or from now on for all jobs.
    /// - Returns: The events. The stream ends when the job is finished, the server stops or lets a slow reader go; ask again then, with the number of
    ///   the last event. It throws `RoostError`: the server's own, or `serverUnreachable`, also when the connection breaks.
    public func events(of id: String?, after number: Int64? = nil) -> AsyncThrowingStream<JobUpdate, any Error> {
        EventSource(client: self, path: eventsPath(id), after: number).updates
    }

    /// Without an id the path would be the list's; a blank names no job, and the server says so.
    private func path(_ id: String) -> String { "/jobs/\(escape(id.isEmpty ? " " : id))" }

    private func eventsPath(_ id: String?) -> String { id.map { path($0) + "/events" } ?? "/jobs/events" }

    private func query(_ parameters: [(String, String?)]) -> String {
        let text = parameters.compactMap { name, value in value.map { "\(name)=\(escape($0))" } }.joined(separator: "&")
        return text.isEmpty ? "" : "?\(text)"
    }
}
