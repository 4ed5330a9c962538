import JobStore
import RoostCore

/// The pulls that are queued, paused or running, by repository. What they have begun is theirs.
struct UnfinishedJobs: Sendable {
    private let jobs: [RepositoryID: [String]]

    init(_ jobs: [(id: String, model: String)]) {
        let known = jobs.compactMap { job in (try? ModelReference(parsing: job.model)).map { ($0.repository, [job.id]) } }
        self.jobs = Dictionary(known, uniquingKeysWith: +)
    }

    /// Reads them from a running store.
    init(in database: JobDatabase) async throws {
        var found: [(id: String, model: String)] = []
        for status in [JobStatus.queued, .running] {
            found += try await database.jobs(matching: JobFilter(status: status)).map { ($0.id, $0.model) }
        }
        self.init(found)
    }

    /// The ids of a repository's jobs.
    func ids(of repository: RepositoryID) -> [String] { jobs[repository] ?? [] }

    /// Why a repository is to be left alone.
    var reasonToKeep: @Sendable (RepositoryID) -> String? {
        { repository in
            ids(of: repository).first.map { "pull \($0) of it is not finished; wait for it, or end it with `roost jobs cancel \($0)`" }
        }
    }

    /// Writes into partial files whose they are.
    func naming(_ partials: [PartialDownload]) -> [PartialDownload] {
        partials.map { partial in
            var partial = partial
            partial.jobID = (try? RepositoryID(parsing: partial.model)).flatMap { ids(of: $0).first }
            return partial
        }
    }
}
