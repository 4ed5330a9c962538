import Foundation
import HubClient
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Runs plans, one after the other, on one cache with one server.
struct InterleavingRun {
    let site: Site
    let hub: InterleavingHub
    /// A client of another process, as far as the cache can tell.
    let client: HubClient
    var server: Server
    private(set) var figures = InterleavingFigures()

    init(_ site: Site, _ hub: InterleavingHub, _ client: HubClient) async throws {
        self.site = site
        self.hub = hub
        self.client = client
        server = try await site.serve()
    }

    /// Runs one plan on a cache without models.
    ///
    /// - Returns: What is not as it must be.
    mutating func run(_ plan: InterleavingPlan) async throws -> [String] {
        try await empty()
        let watch = PresenceWatch(client, hub.contents)
        let looking = Task { await watch.run() }
        var jobs: [String] = []
        var canceled: Set<String> = []
        var problems: [String] = []
        var beside: [Task<Void, any Error>] = []
        var outside: [Task<Void, any Error>] = []
        for (pause, step) in plan.steps {
            try await Task.sleep(for: pause)
            figures.count(step)
            switch step {
            case .pull(let want): jobs.append(try await server.client.pull(want.request).jobID)
            case .cancel(let index): if let id = try await change(jobs, index, RoostClient.cancel) { canceled.insert(id) }
            case .pause(let index): _ = try await change(jobs, index, RoostClient.pause)
            case .resume(let index): _ = try await change(jobs, index, RoostClient.resume)
            case .dryRun, .verify, .look, .collect: beside.append(ask(step, watch))
            case .outside(let name): outside.append(fetch(name))
            case .kill:
                problems += try await kill(watch)
                for task in beside { _ = await task.result }
                beside = []
            }
        }
        for task in beside + outside { problems += await task.problem }
        problems += try await judge(Set(jobs), canceled)
        watch.look()
        looking.cancel()
        await looking.value
        return problems + watch.problems
    }

    /// Stops the server in order.
    func end() async -> Int32 { await server.stop() }

    private func empty() async throws {
        for repository in InterleavingHub.repositories {
            do {
                _ = try await server.client.removeModel(ModelSelector(parsing: repository), force: true)
            } catch let error as RoostError where error.code == .modelNotFound {
                // Nothing of it was left.
            }
        }
    }

    /// Changes one of the jobs; one that has ended, or is paused already, stays as it is.
    private func change(
        _ jobs: [String], _ index: Int, _ change: (RoostClient) -> (String) async throws -> JobView
    ) async throws -> String? {
        let id = jobs[index % jobs.count]
        do {
            _ = try await change(server.client)(id)
            return id
        } catch let error as RoostError where error.code == .conflict {
            return nil
        }
    }

    private func ask(_ step: InterleavingPlan.Step, _ watch: PresenceWatch) -> Task<Void, any Error> {
        Task { [client = server.client] in
            switch step {
            case .dryRun(let want): _ = try await client.preview(want.request)
            case .verify: _ = try await client.verify(nil)
            case .collect(let all):
                _ = try await watch.cleaning { try await client.collectModels(revisions: all, olderThanHours: all ? 0 : 24) }
            default:
                _ = try await client.models()
                _ = try await client.partials()
                _ = try await client.jobs()
                do {
                    _ = try await client.model(ModelSelector(parsing: InterleavingHub.repositories[0]))
                } catch let error as RoostError where error.code == .modelNotFound {
                    // Nothing of it is here yet.
                }
            }
        }
    }

    private func fetch(_ name: String) -> Task<Void, any Error> {
        Task { [client, content = hub.contents[0]] in
            let files = content.files.filter { $0.path.description == name }
            try await client.download(files, in: content.revision, observer: DownloadObserver(onProgress: { _, _ in }))
        }
    }

    private mutating func kill(_ watch: PresenceWatch) async throws -> [String] {
        server.process.send(SIGKILL)
        let code = await server.process.exitCode()
        watch.look()
        let problems = CacheAudit(site.cache).problems(readingAll: true)
        server = try await site.serve()
        return problems + (code == 128 + SIGKILL ? [] : ["the server had ended with \(code) before it was killed"])
    }

    /// Lets all jobs end, and looks at all they left.
    private func judge(_ jobs: Set<String>, _ canceled: Set<String>) async throws -> [String] {
        var problems: [String] = []
        for id in jobs {
            let job = try await eventually("the end of job \(id)", within: .seconds(120), every: .milliseconds(20)) {
                let job = try await server.client.job(id).job
                if job.stage == .paused { _ = try await server.client.resume(id) }
                return job.status.isFinished ? job : nil
            }
            if job.status == .succeeded {
                problems += try await missing(job)
            } else if job.stage != .canceled || !canceled.contains(id) {
                problems.append("a pull of \(job.model) is \(job.status.rawValue): \(job.traceback ?? "")")
            }
        }
        problems += CacheAudit(site.cache).problems(readingAll: true)
        problems += try await server.client.verify(nil).findings.map { "verify: \($0.path) of \($0.model): \($0.problem)" }
        return problems
    }

    private func missing(_ job: Job) async throws -> [String] {
        let folder = FilePath(job.localPath ?? "/nowhere")
        let files = try await server.client.files(of: job.id)
        let gone = files.filter { (try? folder.pushing(FilePath($0.path)).stat().size) != $0.size }
        return (files.isEmpty ? ["a pull of \(job.model) has no files"] : []) + gone.map { "\($0.path) of a pull that succeeded is not there" }
    }
}

/// What the plans were made of.
struct InterleavingFigures: Sendable, CustomStringConvertible {
    private var pulls = 0, dryRuns = 0, changes = 0, questions = 0, cleanUps = 0, outside = 0, kills = 0

    mutating func count(_ step: InterleavingPlan.Step) {
        switch step {
        case .pull: pulls += 1
        case .dryRun: dryRuns += 1
        case .cancel, .pause, .resume: changes += 1
        case .verify, .look: questions += 1
        case .collect: cleanUps += 1
        case .outside: outside += 1
        case .kill: kills += 1
        }
    }

    var description: String {
        "\(pulls) pulls, \(dryRuns) dry runs, \(changes) cancels, pauses and resumes, \(questions) questions, \(cleanUps) clean-ups, \(outside) downloads of another process, \(kills) kills"
    }
}

extension Task<Void, any Error> {
    fileprivate var problem: [String] {
        get async {
            do { try await value } catch { return ["\(error)"] }
            return []
        }
    }
}
