import RoostClient
import RoostCore

extension RoostClient {
    /// A shorter begin names too many jobs.
    private static let shortestBegin = 4
    /// How many jobs a message names.
    private static let shown = 5

    /// The job that is meant by its id, or by a begin of it that no other job has.
    ///
    /// - Parameter text: What was typed.
    /// - Returns: The whole id.
    /// - Throws: `RoostError` with code `notFound`, or `invalidRequest` when several jobs are meant; the server's own; `serverUnreachable`.
    func jobID(_ text: String) async throws -> String {
        // A whole id is looked up by the request itself.
        guard text.utf8.count < 36 else { return text }
        guard text.utf8.count >= Self.shortestBegin else {
            throw RoostError(
                .invalidRequest, "\(text.quotedForPeople) is too short for a job's id: give \(Self.shortestBegin) or more of its first characters.",
                field: "id")
        }
        // Our ids are in lower case, and people copy them from programs that write capitals.
        for begin in [text, text.lowercased()] {
            var search = JobSearch()
            search.id = begin
            search.limit = Self.shown + 1
            // An older server does not know the parameter and lists the newest jobs.
            let found = try await jobs(search).jobs.map(\.job).filter { $0.id.hasPrefix(begin) }
            if found.count == 1 || found.contains(where: { $0.id == begin }) { return found.first { $0.id == begin }?.id ?? found[0].id }
            if !found.isEmpty { throw Self.ambiguous(text, found) }
        }
        throw RoostError(.notFound, "There is no job whose id begins with \(text.quotedForPeople); `roost jobs` lists them.", field: "id")
    }

    private static func ambiguous(_ text: String, _ jobs: [Job]) -> RoostError {
        let list = jobs.prefix(shown).map { "\($0.id) (\($0.model))" }.joined(separator: ", ")
        return RoostError(
            .invalidRequest, "\(text.quotedForPeople) begins the ids of several jobs: \(list)\(jobs.count > shown ? ", …" : ""). Give more of it.",
            field: "id")
    }
}
