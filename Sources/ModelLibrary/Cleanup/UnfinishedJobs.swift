package import RoostAPI
package import RoostCore

/// The queued, paused and running pulls by repository, which own the rests of their downloads.
package struct UnfinishedJobs: Sendable {
    private let jobs: [RepositoryID: [String]]

    /// Creates the value from the id and the model of each job. Jobs whose model has no valid name own nothing.
    package init(_ jobs: [(id: String, model: String)]) {
        let known = jobs.compactMap { job in (try? ModelReference(parsing: job.model)).map { ($0.repository, [job.id]) } }
        self.jobs = Dictionary(known, uniquingKeysWith: +)
    }

    /// Returns the ids of a repository's jobs.
    package func ids(of repository: RepositoryID) -> [String] { jobs[repository] ?? [] }

    /// Returns why a repository must not be changed.
    package var reasonToKeep: @Sendable (RepositoryID) -> String? {
        { repository in
            ids(of: repository).first.map { "pull \($0) of it is not finished; wait for it, or end it with `roost jobs cancel \($0)`" }
        }
    }

    /// Adds the job's id to the unfinished downloads of its repository.
    package func naming(_ partials: [PartialDownload]) -> [PartialDownload] {
        partials.map { partial in
            var partial = partial
            partial.jobID = (try? RepositoryID(parsing: partial.model)).flatMap { ids(of: $0).first }
            return partial
        }
    }
}
