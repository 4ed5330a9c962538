import Foundation
import NIOHTTP1
import RoostCore
import Testing

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

    @Test func `whoever polls without pause is told to wait, and calls are counted`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            var statuses: [Int] = []
            try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var last = (0, String?.none)
                        for _ in 0..<200 {
                            let answer = try await server.send(.GET, "/jobs/\(id)")
                            last = (answer.status, answer.headers.first(name: "Retry-After"))
                            if answer.status == 429 { break }
                        }
                        return last
                    }
                }
                for try await (status, retryAfter) in group {
                    statuses.append(status)
                    #expect(status == 200 || retryAfter == "1")
                }
            }
            #expect(statuses.allSatisfy { [200, 429].contains($0) })
            // The list is not throttled; the count comes with the next write.
            let deadline = ContinuousClock.now + .seconds(20)
            var count = 0
            while count == 0, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(200))
                count = try await server.jobs().first?["api_call_count"] as? Int ?? 0
            }
            #expect(count > 0)
        }
    }
}
