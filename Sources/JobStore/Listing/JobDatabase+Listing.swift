import GRDB
public import RoostCore

extension JobDatabase {
    /// Returns the jobs that match a filter, newest first, on the caller's thread. For filters with one condition,
    /// which an index answers. A tag that another program has just written may be missing; `completePage` finds it.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs, and the place where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func page(matching filter: JobFilter) throws -> JobPage {
        var listing = JobListing(filter)
        while !listing.isComplete { try read { try listing.look($0) } }
        return listing.page
    }

    /// Does the same as `page(matching:)` on a separate thread, a few thousand rows at a time, so that other readers
    /// wait only briefly.
    ///
    /// If few of very many jobs match the filter, the page may have fewer jobs than requested, even none, and still
    /// have a next page.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs, and the place where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func completePage(matching filter: JobFilter) async throws -> JobPage {
        if filter.tag != nil { try await listTags() }
        var listing = JobListing(filter)
        var looks = 0
        while !listing.isComplete, looks < JobListing.mostLooks || filter.limit == nil {
            listing = try await readAside { [listing] database in
                var listing = listing
                try listing.look(database)
                return listing
            }
            looks += 1
        }
        return listing.page
    }

    /// Returns all jobs that match a filter, newest first.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func jobs(matching filter: JobFilter) async throws -> [Job] {
        try await completePage(matching: filter).jobs
    }

    /// Returns all jobs, newest first.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func allJobs() async throws -> [Job] { try await jobs(matching: JobFilter()) }

    /// Returns the number of jobs for each status.
    ///
    /// - Parameter statuses: The statuses to count; `nil` for all. Counting statuses that few jobs have is fast at any
    ///   number of jobs.
    /// - Returns: The counts by status; statuses without jobs are absent.
    /// - Throws: `RoostError` with code `database`.
    public func jobCounts(of statuses: [JobStatus]? = nil) async throws -> [String: Int] {
        let filter = statuses.map { "WHERE status IN (\(repeatElement("?", count: $0.count).joined(separator: ", ")))" } ?? ""
        let arguments = StatementArguments((statuses ?? []).map(\.rawValue))
        return try await readAside { database in
            // Another program may have written a status that is not a text.
            let rows = try Row.fetchAll(
                database, sql: "SELECT CAST(status AS TEXT), count(*) FROM jobs \(filter) GROUP BY status", arguments: arguments)
            return Dictionary(rows.map { ($0[0] as String, $0[1] as Int) }, uniquingKeysWith: +)
        }
    }

    /// Adds the tags that other programs wrote to the table of tags, a few rows at a time.
    private func listTags() async throws {
        while try read({ try JobTags.areWaiting($0) }) { try await change { try JobTags.listWaiting($0.database) } }
    }
}
