import Foundation
import NIOHTTP1
import RoostAPI
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@Suite struct ServerAPITests {
    @Test func `a pull is accepted at once, with the job's address, and is listed`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.post("/pull", #"{"model":"org/name","quantize":"q4","init":true}"#)
            #expect(answer.status == 202)
            let accepted = try JSONDecoder().decode(PullAccepted.self, from: answer.body)
            #expect(accepted.status == "accepted")
            #expect(answer.headers.first(name: "Location") == "/jobs/\(accepted.jobID)")
            let job = try JSONDecoder().decode(JobView.self, from: try await server.send(.GET, "/jobs/\(accepted.jobID)").body).job
            #expect(job.model == "org/name" && job.quantize == "q4" && job.initialize == true)
            #expect(try await server.jobs().count == 1)
        }
    }

    @Test func `the same pull again joins the first`() async throws {
        try await RunningServer.run { server in
            let bodies = [
                try await server.post("/pull", #"{"model":"org/name"}"#).body, try await server.post("/pull", #"{"model":"org/name"}"#).body,
            ]
            #expect(bodies[0] == bodies[1])
        }
    }

    @Test func `a pull without the projector is one whose patterns leave it out`() async throws {
        try await RunningServer.run { server in
            var jobs: [Job] = []
            for more in ["", #","projector":true"#, #","projector":false"#, #","projector":false,"ignore_patterns":["*.md"]"#] {
                let answer = try await server.post("/pull", "{\"model\":\"org/name\"\(more)}")
                let id = try JSONDecoder().decode(PullAccepted.self, from: answer.body).jobID
                jobs.append(try JSONDecoder().decode(JobView.self, from: try await server.send(.GET, "/jobs/\(id)").body).job)
            }
            #expect(jobs.map(\.ignorePatterns) == [nil, nil, [FilePatterns.projectors], ["*.md", FilePatterns.projectors]])
            #expect(jobs[0].id == jobs[1].id && Set(jobs.map(\.id)).count == 3)
        }
    }

    @Test func `listings are newest first, filtered and limited`() async throws {
        try await RunningServer.run { server in
            for name in ["a/a", "b/b", "a/a:Q8_0"] { _ = try await server.post("/pull", "{\"model\":\"\(name)\"}") }
            #expect(try await server.jobs().compactMap { $0["model"] as? String } == ["a/a:Q8_0", "b/b", "a/a"])
            let one = try await server.send(.GET, "/jobs?model=b%2Fb&limit=1").body
            #expect(try JSONDecoder().decode([JobView].self, from: one).map(\.job.model) == ["b/b"])
            let none = try await server.send(.GET, "/jobs?status=succeeded").body
            #expect(try JSONDecoder().decode([JobView].self, from: none).isEmpty)
        }
    }

    @Test func `chat with a model that is not here says how to pull it, and pulls nothing`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.post("/chat", #"{"model":"org/name","messages":[{"role":"user","content":"Hello"}]}"#)
            #expect(answer.status == 404)
            let detail = try #require(try answer.json()["detail"] as? String)
            #expect(detail.contains("org/name") && detail.contains("roost pull org/name"))
            #expect(try await server.jobs().isEmpty)
        }
    }

    @Test func `health, status, models and diag answer on an empty machine`() async throws {
        try await RunningServer.run { server in
            #expect(try await server.send(.GET, "/health").json()["status"] as? String == "ok")
            let status = try JSONDecoder().decode(ServerStatus.self, from: try await server.send(.GET, "/status").body)
            #expect(status.version == RoostVersion.current && status.loadedModels.isEmpty && status.maxConcurrentPulls == 2)
            #expect(status.sqliteVersion.hasPrefix("3."))
            let models = try await server.send(.GET, "/models").body
            #expect(String(decoding: models, as: UTF8.self) == "[]")
            #expect(try await server.send(.GET, "/v1/models").json()["object"] as? String == "list")
            #expect(try await server.send(.GET, "/diag").json()["journal"] as? [String] == ["wal", "2"])
            #expect(try await server.send(.HEAD, "/health").status == 200)
        }
    }

    @Test(arguments: [("http://evil.example", 403), ("null", 403), ("http://localhost:3000", 202), ("http://127.0.0.1:8005", 202)])
    func `a page of another site cannot start a pull`(origin: String, status: Int) async throws {
        try await RunningServer.run { server in
            let body = Array(#"{"model":"org/name"}"#.utf8)
            let answer = try await server.send(.POST, "/pull", headers: ["Origin": origin, "Content-Type": "text/plain"], body: body)
            #expect(answer.status == status)
            #expect(try await server.jobs().count == (status == 202 ? 1 : 0))
        }
    }

    @Test func `the home is private and belongs to one server`() async throws {
        try await RunningServer.run { server in
            let attributes = try FileManager.default.attributesOfItem(atPath: server.home.string)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            let database = try FileManager.default.attributesOfItem(atPath: server.home.appending("jobs.db").string)
            #expect(database[.posixPermissions] as? Int == 0o600)
            let error = await #expect(throws: RoostError.self) {
                try await RunningServer.run {
                    $0.home = server.home
                } _: { _ in
                }
            }
            #expect(error?.code == .conflict)
            #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        }
    }

    @Test func `a taken port is refused with a sentence`() async throws {
        try await RunningServer.run { server in
            let port = try #require(URL(string: server.url)?.port)
            let error = await #expect(throws: RoostError.self) {
                try await RunningServer.run {
                    $0.port = port
                } _: { _ in
                }
            }
            #expect(error?.message.contains("Port \(port)") == true)
        }
    }
}
