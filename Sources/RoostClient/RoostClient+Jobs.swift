import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1
package import RoostAPI
package import RoostCore

extension RoostClient {
    /// Returns a job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job with its live progress.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func job(_ id: String) async throws -> JobView { try await decode(send(.GET, path(id))) }

    /// Returns the newest jobs.
    ///
    /// - Parameters:
    ///   - status: The status of the jobs; `nil` for all.
    ///   - model: The model of the jobs; `nil` for all.
    ///   - limit: The most jobs, 1 to 1,000; the server's default is 50.
    /// - Returns: The jobs, newest first.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func jobs(status: String? = nil, model: String? = nil, limit: Int? = nil) async throws -> [JobView] {
        var search = JobSearch()
        search.status = status
        search.model = model
        search.limit = limit
        return try await jobs(search).jobs
    }

    /// Returns a page of the jobs that match a filter.
    ///
    /// - Parameters:
    ///   - search: The filter.
    ///   - cursor: `next` of the previous page; `nil` for the first page.
    /// - Returns: The jobs, newest first, and the cursor of the next page.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func jobs(_ search: JobSearch, after cursor: String? = nil) async throws -> JobListing {
        let response = try await send(.GET, "/jobs" + query(search.parameters + [("cursor", cursor)]))
        let next = response.headers.first(name: "Link").flatMap(Self.cursor)
        return JobListing(jobs: try await decode(response), next: next)
    }

    /// Returns the cursor in `</jobs?…&cursor=…>; rel="next"`.
    private static func cursor(in link: String) -> String? {
        guard link.contains("rel=\"next\""), let end = link.firstIndex(of: ">") else { return nil }
        return URLComponents(string: String(link[..<end].dropFirst()))?.queryItems?.first { $0.name == "cursor" }?.value
    }

    /// Returns the files of a job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The files, by path; empty before the job is planned.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func files(of id: String) async throws -> [JobFile] { try await decode(send(.GET, path(id) + "/files")) }

    /// Exports all jobs as JSON lines, newest first.
    ///
    /// - Parameter onBytes: Receives the bytes as they arrive, cut at any place.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`, also when the answer is incomplete; the errors
    ///   of `onBytes`.
    package func exportJobs(onBytes: (Data) throws -> Void) async throws {
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
    /// Cancels a queued or running job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func cancel(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/cancel")) }

    /// Pauses a queued or running job; its bytes are kept.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func pause(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/pause")) }

    /// Returns a paused job, or one that waits for its next try, to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func resume(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/resume")) }

    /// Returns a failed or canceled job to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func retry(_ id: String) async throws -> JobView { try await decode(send(.POST, path(id) + "/retry")) }

    /// Sets a job's priority.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100; higher ones start first.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func prioritize(_ id: String, priority: Int) async throws -> JobView {
        try await decode(send(.POST, path(id) + "/priority", body: ["priority": priority]))
    }

    /// Sets a job's own download limit.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: 65,536 or more; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func limit(_ id: String, bytesPerSecond: Int64?) async throws -> JobView {
        try await decode(send(.POST, path(id) + "/rate", body: ["max_bytes_per_second": bytesPerSecond]))
    }

    /// Deletes a finished job and its history.
    ///
    /// - Parameter id: The job's id.
    /// - Throws: `RoostError`: the server's own, such as `conflict`, or `serverUnreachable`.
    package func delete(_ id: String) async throws { _ = try await collect(send(.DELETE, path(id))) }

    /// Deletes finished jobs that match a rule. At least one rule is required.
    ///
    /// - Parameters:
    ///   - days: Deletes jobs that ended more than this number of days ago.
    ///   - keep: Deletes all but this number of newest jobs of each model.
    ///   - dryRun: Whether to count the jobs only.
    /// - Returns: The number of jobs that were deleted, or would be.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func pruneJobs(days: Int? = nil, keep: Int? = nil, dryRun: Bool = false) async throws -> JobPruned {
        try await decode(send(.POST, "/jobs/prune", body: Pruning(days: days, keep: keep, dry_run: dryRun), timeout: .minutes(10)))
    }

    private struct Pruning: Encodable {
        let days: Int?
        let keep: Int?
        let dry_run: Bool
    }
}

extension RoostClient {
    /// Returns a part of the history, oldest entry first.
    ///
    /// - Parameters:
    ///   - id: The id of the job; `nil` for all jobs.
    ///   - number: The number of the event before the first one to return; 0 for all.
    ///   - limit: The most events, 1 to 1,000; the server's default is 100.
    /// - Returns: The events.
    /// - Throws: `RoostError`: the server's own, or `serverUnreachable`.
    package func history(of id: String?, after number: Int64 = 0, limit: Int? = nil) async throws -> [JobEvent] {
        let parameters = [("format", "json"), ("after", String(number)), ("limit", limit.map(String.init))]
        return try await decode(send(.GET, eventsPath(id) + query(parameters)))
    }

    /// Returns the stream of a job's events until the job is finished, or of all jobs' events.
    ///
    /// - Parameters:
    ///   - id: The id of the job; `nil` for all jobs.
    ///   - number: The number of the last event that the caller has. With `nil` the stream starts with the whole
    ///     history of a job, or with the next event of all jobs.
    /// - Returns: The events. The stream ends when the job is finished, the server stops, or the reader is too slow;
    ///   then call again with the number of the last event. It throws `RoostError`: the server's own, or
    ///   `serverUnreachable`, also when the connection breaks.
    package func events(of id: String?, after number: Int64? = nil) -> AsyncThrowingStream<JobUpdate, any Error> {
        EventSource(client: self, path: eventsPath(id), after: number).updates
    }

    /// An empty id would make the path of the list, so a blank is sent, which the server refuses.
    private func path(_ id: String) -> String { "/jobs/\((id.isEmpty ? " " : id).percentEncoded())" }

    private func eventsPath(_ id: String?) -> String { id.map { path($0) + "/events" } ?? "/jobs/events" }

    func query(_ parameters: [(String, String?)]) -> String {
        let text = parameters.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }.joined(separator: "&")
        return text.isEmpty ? "" : "?\(text)"
    }
}

/// The answer to `POST /jobs/prune`.
package struct JobPruned: Sendable, Codable, Hashable {
    /// The number of deleted jobs, or of jobs that would be deleted.
    package var deleted: Int
    /// Whether they were only counted.
    package var isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case deleted
        case isDryRun = "dry_run"
    }
}
