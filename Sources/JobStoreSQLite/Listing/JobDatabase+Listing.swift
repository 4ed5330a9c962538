import GRDB
public import JobStore
public import RoostCore

extension JobDatabase {
    /// Returns the jobs that match a filter, newest first, on the caller's thread. For filters with one condition,
    /// which an index answers. A tag that another program has just written may be missing; `completePage` finds it.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs, and the place where the next page begins.
    /// - Throws: `RoostError` with code `invalidRequest` for a cursor that this store did not make; `database`.
    public func page(matching filter: JobFilter) throws -> JobPage {
        var listing = try JobListing(filter)
        while !listing.isComplete { try read { try listing.look($0) } }
        return listing.page
    }

    /// Returns the jobs that match a filter, newest first: see `JobStore.completePage`. The rows are read on a separate
    /// thread, a few thousand at a time.
    public func completePage(matching filter: JobFilter) async throws -> JobPage {
        if filter.tag != nil { try await listTags() }
        var listing = try JobListing(filter)
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

    /// Returns the models of the jobs with some statuses: see `JobStore.jobModels`.
    public func jobModels(of statuses: [JobStatus]) async throws -> [(id: String, model: String)] {
        let places = repeatElement("?", count: statuses.count).joined(separator: ", ")
        let arguments = StatementArguments(statuses.map(\.rawValue))
        return try await readAside { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT CAST(id AS TEXT), CAST(model AS TEXT) FROM jobs WHERE status IN (\(places))", arguments: arguments)
            return try Array(rows.map { ($0[0] as String? ?? "", $0[1] as String? ?? "") })
        }
    }

    /// Returns the number of jobs for each status: see `JobStore.jobCounts`.
    public func jobCounts(of statuses: [JobStatus]?) async throws -> [String: Int] {
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
