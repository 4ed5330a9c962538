import RoostAPI
import RoostClient
import RoostCore

extension RoostClient {
    /// The minimum length of an abbreviated id; a shorter one would match too many jobs.
    private static let shortestBegin = 4
    /// The most jobs that a message lists.
    private static let shown = 5

    /// Returns the id of the job with this id, or with an id that begins so and is the only one.
    ///
    /// - Parameter text: The user's text.
    /// - Returns: The whole id.
    /// - Throws: `RoostError` with code `notFound`, or `invalidRequest` when it matches several jobs; the server's own;
    ///   `serverUnreachable`.
    func jobID(_ text: String) async throws -> String {
        // The request itself looks up a whole id.
        guard text.utf8.count < 36 else { return text }
        guard text.utf8.count >= Self.shortestBegin else {
            throw RoostError(
                .invalidRequest, "\(text.quotedForPeople) is too short for a job's id: give \(Self.shortestBegin) or more of its first characters.",
                field: "id")
        }
        // Roost's ids are in lower case, but some programs display capitals.
        for begin in [text, text.lowercased()] {
            var search = JobSearch()
            search.id = begin
            search.limit = Self.shown + 1
            // An older server ignores the parameter and lists the newest jobs.
            let found = try await jobs(search).jobs.map(\.job).filter { $0.id.hasPrefix(begin) }
            if found.count == 1 || found.contains(where: { $0.id == begin }) { return found.first { $0.id == begin }?.id ?? found[0].id }
            if !found.isEmpty { throw Self.ambiguous(text, found) }
        }
        throw RoostError(.notFound, "There is no job whose id begins with \(text.quotedForPeople); `roost jobs` lists them.", field: "id")
    }

    private static func ambiguous(_ text: String, _ jobs: [Job]) -> RoostError {
        let list = jobs.prefix(shown).map { "\($0.id) (\($0.model))" }.joined(separator: ", ")
        return RoostError(
            .invalidRequest, "\(text.quotedForPeople) matches several jobs: \(list)\(jobs.count > shown ? ", …" : ""). Give more characters.",
            field: "id")
    }
}
