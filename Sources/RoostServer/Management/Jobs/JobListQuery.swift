import Access
import Foundation
import JobStore
import RoostCore

/// The query of `GET /jobs`, validated.
struct JobListQuery {
    /// The filter.
    let filter: JobFilter
    /// The parameters of the filter as they were sent, without the cursor.
    private let parameters: [(name: String, value: String)]

    /// Parses a query.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - caller: Who asks: a key that is not an admin's lists its owner's jobs only.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the parameter and the allowed values; `forbidden`
    ///   for the jobs of another user.
    init(_ query: QueryFields, of caller: Caller) throws {
        var filter = JobFilter(limit: try query.int("limit", in: 1...1000) ?? 50)
        filter.idPrefix = try query.string("id", bytes: 4...64)
        filter.status = try Self.status(query)
        filter.model = try query.string("model", bytes: 1...ModelReference.byteLimit).map { try ModelReference(parsing: $0).description }
        filter.userID = try query.string("user", bytes: 1...128)
        if let key = caller.key, !key.isAdmin {
            guard filter.userID ?? key.owner == key.owner else {
                throw RoostError(.forbidden, "This key lists the jobs of \(key.owner.quotedForPeople) only; leave `user` out.", field: "user")
            }
            filter.userID = key.owner
        }
        filter.workspaceID = try query.string("workspace", bytes: 1...128)
        filter.tag = try query.string("tag", bytes: 1...64)
        filter.since = try query.time("since")
        filter.cursor = try Self.cursor(query)
        self.filter = filter
        parameters = ["id", "workspace", "user", "tag", "status", "model", "since", "limit"].compactMap { name in
            query.text(name).map { (name, $0) }
        }
    }

    /// Returns the `Link` header (RFC 8288) of the next page.
    func link(to cursor: JobCursor) -> String {
        let query = (parameters + [("cursor", cursor.description)]).map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
        return "</jobs?\(query)>; rel=\"next\""
    }

    private static func status(_ query: QueryFields) throws -> JobStatus? {
        guard let text = query.text("status") else { return nil }
        guard let status = JobStatus.documented.first(where: { $0.rawValue == text }) else {
            throw query.wrong("status", "must be one of \(JobStatus.documented.map(\.rawValue).joined(separator: ", "))")
        }
        return status
    }

    private static func cursor(_ query: QueryFields) throws -> JobCursor? {
        guard let text = query.text("cursor") else { return nil }
        guard let cursor = JobCursor(parsing: text) else { throw query.wrong("cursor", "must be a cursor from the `Link` header of an earlier page") }
        return cursor
    }
}
