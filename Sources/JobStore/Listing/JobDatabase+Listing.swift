import GRDB
public import RoostCore

extension JobDatabase {
    /// The jobs that a filter lets through, newest first, on the caller's thread: for filters of one condition, which come from an index. A tag that
    /// another program has just written may not be found; `pageAside` finds it.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func page(matching filter: JobFilter) throws -> JobPage {
        var listing = JobListing(filter)
        while !listing.isComplete { try read { try listing.look($0) } }
        return listing.page
    }

    /// Does what `page(matching:)` does on a thread of its own, a few thousand rows at a time, so that others who read wait for none of them long.
    ///
    /// Where few of very many jobs pass a filter, the page may hold fewer than were asked for, even none, and still name a next one.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func pageAside(matching filter: JobFilter) async throws -> JobPage {
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

    /// The jobs that a filter lets through, newest first, however many.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func jobs(matching filter: JobFilter) async throws -> [Job] {
        try await pageAside(matching: filter).jobs
    }

    /// Every job, newest first.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func allJobs() async throws -> [Job] { try await jobs(matching: JobFilter()) }

    /// How many jobs there are of each status.
    ///
    /// - Parameter statuses: Only of these; `nil` for all. A few that few jobs have cost little, however many jobs there are.
    /// - Returns: Counts by status; statuses without a job are absent.
    /// - Throws: `RoostError` with code `database`.
    public func jobCounts(of statuses: [JobStatus]? = nil) async throws -> [String: Int] {
        let filter = statuses.map { "WHERE status IN (\(repeatElement("?", count: $0.count).joined(separator: ", ")))" } ?? ""
        let arguments = StatementArguments((statuses ?? []).map(\.rawValue))
        return try await readAside { database in
            // Another program may have written a status that is no text.
            let rows = try Row.fetchAll(
                database, sql: "SELECT CAST(status AS TEXT), count(*) FROM jobs \(filter) GROUP BY status", arguments: arguments)
            return Dictionary(rows.map { ($0[0] as String, $0[1] as Int) }, uniquingKeysWith: +)
        }
    }

    /// Lists the tags that other programs have written, a few rows at a time.
    private func listTags() async throws {
        while try read({ try JobTags.areWaiting($0) }) { try await change { try JobTags.listWaiting($0.database) } }
    }
}
