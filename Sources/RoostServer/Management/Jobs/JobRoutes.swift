import Foundation
import HTTPServing
import HTTPTypes
import HubMirror
import Hummingbird
import JobStore
import PullJobs
import RoostCore

/// `/jobs`: lists, shows, watches, controls and deletes jobs.
struct JobRoutes: Sendable {
    private let database: any JobStore
    private let pulls: PullWorker
    private let polls: JobPollService
    private let broadcast: JobBroadcast
    private let isCurrent: @Sendable (Caller) -> Bool

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - database: The database of the jobs.
    ///   - pulls: The worker of the jobs.
    ///   - polls: Counts the requests for a job.
    ///   - broadcast: Sends the events to those who watch.
    ///   - isCurrent: Whether a caller may still ask; the streams of others end.
    init(
        database: any JobStore, pulls: PullWorker, polls: JobPollService, broadcast: JobBroadcast,
        isCurrent: @escaping @Sendable (Caller) -> Bool
    ) {
        self.isCurrent = isCurrent
        self.database = database
        self.pulls = pulls
        self.polls = polls
        self.broadcast = broadcast
    }

    func add(to router: Router<RoostContext>) {
        let group = router.group("jobs")
        group.get(use: list)
        group.get("events") { request, context in try await events(of: context.caller.visibleJobs(), request, context) }
        group.get("export") { _, _ in JobExport(database: database, pulls: pulls).response }
        group.post("prune", use: prune)
        group.get(":id") { _, context in try await show(id(context)) }
        group.delete(":id", use: delete)
        group.get(":id/files", use: files)
        group.get(":id/events") { request, context in try await events(of: .job(id(context)), request, context) }
        group.post(":id/cancel") { _, context in try await show(pulls.cancel(id: id(context))) }
        group.post(":id/pause") { _, context in try await show(pulls.pause(id: id(context))) }
        group.post(":id/resume") { _, context in try await show(pulls.resume(id: id(context))) }
        group.post(":id/retry") { _, context in try await show(pulls.retry(id: id(context), by: context.caller)) }
        group.post(":id/priority", use: prioritize)
        group.post(":id/rate", use: limit)
    }

    /// Returns the id from the path if there is such a job, otherwise in lower case: Roost's ids are, but some programs
    /// display capitals. A job of another owner counts as none.
    private func id(_ context: RoostContext) async throws -> String {
        let raw = try context.parameters.require("id")
        let id = try JobID(parsing: raw.removingPercentEncoding ?? raw).description
        var job = try await database.job(id: id)
        if job == nil { job = try await database.job(id: id.lowercased()) }
        guard let job, context.caller.owns(job) else { throw RoostError.noJob(id.lowercased()) }
        return job.id
    }

    private func known(_ id: String) async throws -> Job {
        guard let job = try await database.job(id: id) else { throw RoostError.noJob(id) }
        return job
    }
}

extension JobRoutes {
    private func list(_ request: Request, context: RoostContext) async throws -> Response {
        let query = try JobListQuery(QueryFields(request), of: context.caller)
        let page = try await database.completePage(matching: query.filter)
        var headers: HTTPFields = [:]
        if let next = page.next { headers[.link] = query.link(to: next) }
        return try await WorkThreads.run { [headers] in JSON.response(page.jobs.map(pulls.view), headers: headers) }
    }

    private func files(_ request: Request, context: RoostContext) async throws -> Response {
        let files = try await database.files(of: known(id(context)).id)
        return try await WorkThreads.run { JSON.response(files) }
    }

    private func show(_ id: String) async throws -> Response {
        let job = try await known(id)
        try polls.admit(job.id, of: ServedClient.name)
        return show(job)
    }

    private func show(_ job: Job) -> Response { JSON.response(pulls.view(of: job)) }

    private func prioritize(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let priority = try await request.readFields(upTo: context.maxUploadSize) { try $0.requiredInt("priority", in: Job.priorities) }
        let id = try await id(context)
        try context.caller.requirePriority(priority)
        return try await show(pulls.prioritize(id: id, priority: priority))
    }

    private func limit(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let rate = try await request.readFields(upTo: context.maxUploadSize) { try $0.optionalRate("max_bytes_per_second") }
        let job = try await pulls.limit(id: id(context), bytesPerSecond: rate)
        await broadcast.refresh(job)
        return show(job)
    }

    private func delete(_ request: Request, context: RoostContext) async throws -> Response {
        let job = try await known(id(context))
        try await PullLimits(database: database).checkDeletion(of: job.id, by: context.caller)
        try await database.deleteJob(id: job.id)
        await broadcast.deleted(job)
        return Response(status: .noContent)
    }

    private func prune(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let pruning = try await request.readFields(upTo: context.maxUploadSize) { try JobPruning(fields: $0) }
        let deleted = try await pruning.run(in: database)
        if deleted > 0, !pruning.isDryRun { await broadcast.pruned() }
        return JSON.response(JobPruningResult(deleted: deleted, isDryRun: pruning.isDryRun))
    }

    private func events(of scope: JobScope, _ request: Request, _ context: RoostContext) async throws -> Response {
        let query = try JobEventQuery(request)
        if query.wantsJSON {
            let events = try await database.history(of: scope, after: query.after ?? 0, limit: query.limit)
            return try await WorkThreads.run { JSON.response(events) }
        }
        let start = try await start(of: scope, after: query.after)
        if case .job(let id) = scope, query.isReturning, try await known(id).status.isFinished,
            try await database.history(of: scope, after: start, limit: 1).isEmpty
        {
            // Only this status, not the end of a stream, prevents a browser from reconnecting.
            return Response(status: .noContent)
        }
        return JobEventBody(database: database, broadcast: broadcast, request: request, scope: scope, after: start) { [isCurrent] in
            isCurrent(context.caller)
        }.response
    }

    /// Returns the number of the event after which a stream begins: the client's, if there was such an event since jobs.db was last replaced by
    /// an older one. Otherwise a job's stream begins with its history, the others with what comes next. A key's numbers are compared with those
    /// of its own jobs, so an answer does not tell whether others have newer ones.
    private func start(of scope: JobScope, after number: Int64?) async throws -> Int64 {
        let isOfJob = if case .job = scope { true } else { false }
        let newest = try await database.lastEventNumber(of: isOfJob ? .all : scope)
        return number.flatMap { $0 <= newest ? $0 : nil } ?? (isOfJob ? 0 : newest)
    }
}
