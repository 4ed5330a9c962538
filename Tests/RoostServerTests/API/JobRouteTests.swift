import Foundation
import HTTPTypes
import HubClient
import Hummingbird
import HummingbirdTesting
import JobStoreSQLite
import Logging
import NIOCore
import NIOHTTP1
import PullJobs
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing
@testable import RoostServer

@Suite struct JobRouteTests {
    @Test func `a pull takes all its fields, and its job shows them`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit(
                "a/b", #""revision":"v1.0/x","user_id":"ann","workspace_id":"lab","tags":["x","y z"],"priority":-7,"max_retries":3"#)
            let job = try await server.view(id)
            #expect(job.revision == "v1.0/x" && job.userID == "ann" && job.workspaceID == "lab" && job.tags == ["x", "y z"])
            #expect(job.priority == -7 && job.maxRetries == 3 && job.runAfter?.rawValue == "2099-01-01T00:00:00.000Z")
            let plain = try await server.view(server.submit("a/c"))
            #expect(plain.priority == 0 && plain.maxRetries == Job.defaultMaxRetries && plain.tags == nil && plain.revision == nil)
        }
    }

    @Test func `a job is paused, resumed, moved, canceled, retried and deleted, and its history tells it`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            func step(_ action: String, _ body: String = "{}") async throws -> Job {
                try server.decode(JobView.self, try await server.post("/jobs/\(id)/\(action)", body)).job
            }
            let paused = try await step("pause")
            #expect(paused.status == .queued && paused.stage == .paused)
            #expect(try await step("priority", #"{"priority":5}"#).priority == 5)
            #expect(try await server.send(.DELETE, "/jobs/\(id)").status == 409)
            #expect(try await server.send(.POST, "/jobs/\(id)/retry").status == 409)
            let canceled = try await step("cancel")
            #expect(canceled.status == .failed && canceled.stage == .canceled && canceled.finishedAt != nil)
            #expect(try await server.send(.POST, "/jobs/\(id)/pause").status == 409)
            let retried = try await step("retry")
            #expect(retried.status == .queued && retried.error == nil)
            #expect(try await step("pause").stage == .paused)
            #expect(try await step("resume").stage == nil)
            _ = try await step("cancel")
            let kinds = try await server.history("/jobs/\(id)/events").map(\.kind)
            let steered = kinds.filter { [.created, .paused, .reprioritized, .canceled, .requeued, .resumed].contains($0) }
            #expect(steered.starts(with: [.created, .paused, .reprioritized, .canceled, .requeued]) && kinds.last == .canceled)
            #expect(try await server.send(.GET, "/jobs/\(id)/files").body == Data("[]".utf8))
            let deletion = try await server.send(.DELETE, "/jobs/\(id.uppercased())")
            #expect(deletion.status == 204 && deletion.body.isEmpty)
            for path in ["", "/files", "/events"] { #expect(try await server.send(.GET, "/jobs/\(id)\(path)").status == 404) }
            for path in ["cancel", "pause", "resume", "retry"] { #expect(try await server.send(.POST, "/jobs/\(id)/\(path)").status == 404) }
            #expect(try await server.send(.DELETE, "/jobs/\(id)").status == 404)
        }
    }

    @Test func `an id with a control character names no job, and nothing is done to the one that it resembles`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            for end in ["%00", "%00x", "%0A", "%1B", "%7F", "%C2%85"] {
                for (method, path) in [
                    (.GET, ""), (.GET, "/files"), (.GET, "/events"), (.POST, "/cancel"), (.POST, "/pause"), (.POST, "/resume"), (.POST, "/retry"),
                    (.DELETE, ""),
                ] as [(HTTPMethod, String)] {
                    let answer = try await server.send(method, "/jobs/\(id)\(end)\(path)")
                    #expect(answer.status == 400, "\(method) \(end)\(path)")
                    #expect(try answer.json()["field"] as? String == "id" && answer.json()["code"] as? String == "invalid_request")
                }
                #expect(try await server.post("/jobs/\(id)\(end)/priority", #"{"priority":5}"#).status == 400)
            }
            #expect(try await server.send(.GET, "/jobs/\(String(repeating: "x", count: 257))").status == 400)
            // The client sends `/` for what is no valid UTF-8, such as %FF.
            #expect(try await server.send(.GET, "/jobs/%E2%82%AC").status == 404)
            let job = try await server.view(id)
            #expect(job.status == .queued && job.stage == nil && job.priority == 0)
        }
    }

    @Test func `pruning deletes what either rule names, and a dry run says how many`() async throws {
        try await RunningServer.run { server in
            for model in ["a/a", "a/a", "a/a", "b/b", "c/c"] {
                let id = try await server.submit(model)
                if model != "c/c" { _ = try await server.post("/jobs/\(id)/cancel", "{}") }
            }
            func prune(_ body: String) async throws -> Int? { try await server.post("/jobs/prune", body).json()["deleted"] as? Int }
            #expect(try await prune(#"{"keep":1,"dry_run":true}"#) == 2)
            #expect(try await prune(#"{"days":1,"keep":1,"dry_run":true}"#) == 2)
            #expect(try await prune(#"{"days":1}"#) == 0)
            #expect(try await server.jobs().count == 5)
            #expect(try await prune(#"{"days":1,"keep":2}"#) == 1)
            #expect(try await prune(#"{"days":0,"keep":1,"dry_run":true}"#) == 3)
            #expect(try await prune(#"{"days":0,"keep":1}"#) == 3)
            #expect(try await server.jobs().compactMap { $0["model"] as? String } == ["c/c"])
        }
    }

    @Test func `an export is one line for each job, over all pages`() async throws {
        try await RunningServer.run { server in
            for number in 1...1_203 { _ = try await server.submit("a/m\(number)") }
            let answer = try await server.send(.GET, "/jobs/export")
            #expect(answer.headers.first(name: "Content-Type") == "application/x-ndjson")
            let jobs = try answer.body.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(JobView.self, from: $0).job }
            #expect(jobs.map(\.model) == (1...1_203).reversed().map { "a/m\($0)" })
            #expect(answer.body.last == UInt8(ascii: "\n"))
        }
    }

    @Test func `who polls without pause is told to wait`() async throws {
        try await withTemporaryDirectory { directory in
            let logger = Logger.silent
            let database = try JobDatabase(path: directory.appending("jobs.db").string, logger: logger)
            let hub = HubClient(
                configuration: try HubConfiguration(environment: ["HF_HOME": directory.string, "HOME": directory.string]), logger: logger)
            let pulls = PullWorker(configuration: .init(loader: NoLoader()), database: database, hub: hub, logger: logger)
            let router = Router(context: RoostContext.self)
            router.add(middleware: ProblemMiddleware())
            var time = TimeSource()
            time.now = { .zero }
            // The clock stands still, so that no call is allowed again however slow this machine is.
            let polls = JobPollService(database: database, logger: logger, time: time)
            let broadcast = JobBroadcast(database: database, view: { pulls.view(of: $0) }, logger: logger)
            JobRoutes(database: database, pulls: pulls, polls: polls, broadcast: broadcast, isCurrent: { _ in true }).add(to: router)
            let id = try await database.createJob(NewPull(model: ModelReference(parsing: "a/b"))).id
            let guarded = GuardedRouter(router: router, allowedHosts: [], allowsAnyAddress: true, identify: { _ in .local }, standings: { _ in [] })
            try await Application(router: guarded).test(.ahc()) { client in
                for _ in 0..<Int(JobPollMeter.burst) {
                    #expect(try await client.execute(uri: "/jobs/\(id)", method: .get).status == .ok)
                }
                let refused = try await client.execute(uri: "/jobs/\(id)", method: .get)
                #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "1")
                #expect(try JSONDecoder().decode(Problem.self, from: Data(refused.body.readableBytesView)).code == "rate_limited")
                #expect(try await client.execute(uri: "/jobs", method: .get).status == .ok)
            }
            try await hub.shutdown()
            try database.close()
        }
    }

    @Test(.timeLimit(.minutes(10))) func `calls are counted with the next write`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            for _ in 0..<3 { #expect(try await server.send(.GET, "/jobs/\(id)").status == 200) }
            // The list itself counts as no call.
            while try await server.jobs().first?["api_call_count"] as? Int != 3 { try await Task.sleep(for: .milliseconds(100)) }
        }
    }
}

/// A loader for pulls that load nothing.
private struct NoLoader: ModelLoader {
    func load(_ model: ModelReference) {}
}
