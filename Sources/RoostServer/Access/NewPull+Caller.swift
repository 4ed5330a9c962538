import Access
import JobStore
import PullJobs
import RoostCore

extension NewPull {
    /// Returns the pull as that of a caller: the owner and the workspace of its key are those of the pull.
    ///
    /// - Throws: `RoostError` with code `forbidden` for a model that the key does not permit, and when the request names
    ///   another owner or workspace than the key's; an admin may name any.
    func by(_ caller: Caller) throws -> NewPull {
        guard let key = caller.key else { return self }
        try caller.require(model)
        var pull = self
        if !key.isAdmin {
            try Self.require("user_id", userID, key.owner)
            if let workspace = key.workspace { try Self.require("workspace_id", workspaceID, workspace) }
            try caller.requirePriority(priority)
            pull.joinsOwnOnly = true
        }
        pull.userID = pull.userID ?? key.owner
        pull.workspaceID = pull.workspaceID ?? key.workspace
        return pull
    }

    private static func require(_ field: String, _ given: String?, _ own: String) throws {
        guard let given, given != own else { return }
        throw RoostError(
            .forbidden, "`\(field)` is \(given.quotedForPeople), and this key is for \(own.quotedForPeople); leave the field out.", field: field)
    }
}

extension PullWorker {
    /// Accepts a pull of a caller.
    ///
    /// - Returns: The job to follow.
    /// - Throws: As `submit`, `NewPull.by` and `PullLimits.accept`; `RoostError` with code `conflict` when an identical pull of another owner
    ///   is queued or running: its job is not the caller's to see or to cancel.
    func submit(_ pull: NewPull, by caller: Caller) async throws -> Job {
        let pull = try pull.by(caller)
        let job = try await PullLimits(database: database).accept(pull, by: caller) { try await self.submit(pull) }
        AuditNote.about("\(pull.model): job \(job.id)")
        return job
    }

    /// Starts a failed job of the caller again, which counts as a new pull.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - caller: Who asks for it.
    /// - Returns: The job.
    /// - Throws: As `retry` and `PullLimits.accept`; `RoostError` with code `forbidden` for a model that the key may not use any more.
    func retry(id: String, by caller: Caller) async throws -> Job {
        guard let job = try await database.job(id: id) else { throw RoostError.noJob(id) }
        let pull = try NewPull(job)
        try caller.require(pull.model)
        return try await PullLimits(database: database).accept(pull, by: caller) { try await self.retry(id: id) }
    }
}
