import JobStore
import RoostAPI
import RoostCore

/// The queued, paused and running pulls by repository, which own the rests of their downloads.
struct UnfinishedJobs: Sendable {
    private let jobs: [RepositoryID: [String]]

    init(_ jobs: [(id: String, model: String)]) {
        let known = jobs.compactMap { job in (try? ModelReference(parsing: job.model)).map { ($0.repository, [job.id]) } }
        self.jobs = Dictionary(known, uniquingKeysWith: +)
    }

    /// Reads the jobs of an open store.
    init(in database: any JobStore) async throws {
        var found: [(id: String, model: String)] = []
        for status in [JobStatus.queued, .running] {
            found += try await database.jobs(matching: JobFilter(status: status)).map { ($0.id, $0.model) }
        }
        self.init(found)
    }

    /// Returns the ids of a repository's jobs.
    func ids(of repository: RepositoryID) -> [String] { jobs[repository] ?? [] }

    /// Returns why a repository must not be changed.
    var reasonToKeep: @Sendable (RepositoryID) -> String? {
        { repository in
            ids(of: repository).first.map { "pull \($0) of it is not finished; wait for it, or end it with `roost jobs cancel \($0)`" }
        }
    }

    /// Adds the job's id to the unfinished downloads of its repository.
    func naming(_ partials: [PartialDownload]) -> [PartialDownload] {
        partials.map { partial in
            var partial = partial
            partial.jobID = (try? RepositoryID(parsing: partial.model)).flatMap { ids(of: $0).first }
            return partial
        }
    }
}
