import Access
import Foundation
import NIOHTTP1
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// What keys of different owners see and do of each other: nothing.
@Suite struct OwnedJobsTests {
    private struct Keys: Sendable {
        let ann: String
        let bob: String
        let admin: String
    }

    private func run(_ body: (RunningServer, Keys) async throws -> Void) async throws {
        var ann = NewKey(name: "ann's", owner: "ann", scopes: [.pull, .chat])
        ann.workspace = "lab"
        ann.models = ["org/*", "acme/tiny"]
        let new = [ann, NewKey(name: "bob", scopes: [.pull, .read]), NewKey(name: "root", scopes: [.admin])]
        try await RunningServer.run(keys: new) { server, keys in
            try await body(server, Keys(ann: keys[0], bob: keys[1], admin: keys[2]))
        }
    }

    private func pull(_ model: String, _ more: String = "", by key: String, of server: RunningServer) async throws -> RunningServer.Answer {
        try await server.send(.POST, "/pull", key: key, body: "{\"model\":\"\(model)\",\"run_after\":\"2099-01-01T00:00:00Z\"\(more)}")
    }

    private func id(_ answer: RunningServer.Answer) throws -> String { try JSONDecoder().decode(PullAccepted.self, from: answer.body).jobID }

    @Test func `a pull belongs to the owner and the workspace of its key`() async throws {
        try await run { server, keys in
            let own = try id(await pull("org/name", by: keys.ann, of: server))
            let job = try JSONDecoder().decode(JobView.self, from: try await server.send(.GET, "/jobs/\(own)", key: keys.ann).body).job
            #expect(job.userID == "ann" && job.workspaceID == "lab")
            for more in [#","user_id":"bob""#, #","workspace_id":"other""#] {
                let refused = try await pull("org/name", more, by: keys.ann, of: server)
                #expect(try refused.status == 403 && refused.json()["code"] as? String == "forbidden", "\(more)")
            }
            #expect(try await pull("org/same", #","user_id":"ann","workspace_id":"lab""#, by: keys.ann, of: server).status == 202)
            let free = try id(await pull("a/b", #","user_id":"carl","workspace_id":"w""#, by: keys.admin, of: server))
            let carls = try JSONDecoder().decode(JobView.self, from: try await server.send(.GET, "/jobs/\(free)", key: keys.admin).body).job
            #expect(carls.userID == "carl" && carls.workspaceID == "w")
        }
    }

    @Test func `the jobs of another owner are not there`() async throws {
        try await run { server, keys in
            let anns = try id(await pull("org/one", by: keys.ann, of: server))
            let bobs = try id(await pull("org/two", by: keys.bob, of: server))
            for (method, path) in [
                (.GET, ""), (.GET, "/files"), (.GET, "/events?format=json"), (.POST, "/cancel"), (.POST, "/pause"), (.POST, "/resume"),
                (.POST, "/retry"), (.POST, "/priority"), (.POST, "/rate"), (.DELETE, ""),
            ] as [(HTTPMethod, String)] {
                let body = path == "/priority" ? #"{"priority":1}"# : path == "/rate" ? #"{"max_bytes_per_second":70000}"# : nil
                let answer = try await server.send(method, "/jobs/\(anns)\(path)", key: keys.bob, body: body)
                #expect(answer.status == 404, "\(method) \(path)")
            }
            #expect(try await server.send(.GET, "/jobs/\(anns.uppercased())", key: keys.bob).status == 404)
            func listed(_ query: String, _ key: String) async throws -> [String] {
                let answer = try await server.send(.GET, "/jobs\(query)", key: key)
                return try JSONDecoder().decode([JobView].self, from: answer.body).map(\.job.id)
            }
            for query in ["", "?user=bob"] { #expect(try await listed(query, keys.bob) == [bobs]) }
            #expect(try await server.send(.GET, "/jobs?user=ann", key: keys.bob).status == 403)
            #expect(try await listed("", keys.admin) == [bobs, anns])
            #expect(try await listed("?user=ann", keys.admin) == [anns])
            #expect(try await server.send(.POST, "/jobs/\(anns)/cancel", key: keys.ann).status == 200)
            #expect(try await server.send(.POST, "/jobs/\(bobs)/cancel", key: keys.admin).status == 200)
        }
    }

    @Test func `a key follows the events of its own jobs, and comes back to them, and sees nothing of others`() async throws {
        try await run { server, keys in
            let anns = try id(await pull("org/one", by: keys.ann, of: server))
            let bobs = try id(await pull("org/two", by: keys.bob, of: server))
            let forBob = try id(await pull("a/b", #","user_id":"bob""#, by: keys.admin, of: server))
            @Sendable func move(_ job: String, _ priority: Int) async throws {
                #expect(try await server.send(.POST, "/jobs/\(job)/priority", key: keys.admin, body: "{\"priority\":\(priority)}").status == 200)
            }
            func history(_ key: String, _ query: String = "") async throws -> [JobEvent] {
                try server.decode([JobEvent].self, try await server.send(.GET, "/jobs/events?format=json\(query)", key: key))
            }
            for priority in 1...3 { for job in [bobs, anns] { try await move(job, priority) } }
            let all = try await history(keys.admin)
            try #require(all.count == 9)
            for (key, jobs) in [(keys.ann, [anns]), (keys.bob, [bobs, forBob])] {
                let own = all.filter { jobs.contains($0.jobID) }
                #expect(try await history(key) == own)
                #expect(try await history(key, "&after=\(own[1].id)&limit=2") == Array(own[2...3]))
            }
            // A stream without a number, or with one that only others' events have reached, begins after the key's own newest event.
            var newest = try #require(all.last { $0.jobID != anns }?.id)
            for turn in 0...2 {
                try await move(anns, 10 + turn)
                let others = try #require(try await history(keys.admin).last?.id)
                #expect(others > newest)
                let number = [nil, others, 1_000_000][turn]
                var opening: Int64?
                var seen: [JobEvent] = []
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await server.follow("/jobs/events", lastEventID: number, key: keys.bob) {
                        opening = $0
                        // Only now, so they can only come live.
                        group.addTask { for job in [anns, bobs] { try await move(job, 40 + turn) } }
                    } onEvent: {
                        seen.append(try $0.event())
                        return false
                    }
                    try await group.waitForAll()
                }
                #expect(opening == newest)
                #expect(seen.map(\.jobID) == [bobs])
                newest = try #require(seen.last?.id)
            }
            // All of its own, once and in order, however often it comes back.
            var seen: [JobEvent] = []
            while seen.last?.kind != .canceled {
                try await server.follow("/jobs/events?after=0", lastEventID: seen.last?.id, key: keys.bob) { event in
                    seen.append(try event.event())
                    return false
                }
                try await move(anns, seen.count % 50)
                if seen.count == 8 { #expect(try await server.send(.POST, "/jobs/\(bobs)/cancel", key: keys.bob).status == 200) }
            }
            #expect(try await history(keys.bob) == seen)
            #expect(Set(seen.map(\.jobID)) == [bobs, forBob])
        }
    }

    @Test func `an identical pull of another owner is a conflict, and its own is joined`() async throws {
        try await run { server, keys in
            let first = try id(await pull("org/one", by: keys.ann, of: server))
            #expect(try id(await pull("org/one", by: keys.ann, of: server)) == first)
            let refused = try await pull("org/one", by: keys.bob, of: server)
            #expect(refused.status == 409 && refused.headers.first(name: "Retry-After") == "30")
            #expect(!String(decoding: refused.body, as: UTF8.self).contains(first))
            #expect(try await pull("org/one", #","revision":"main""#, by: keys.bob, of: server).status == 202)
            #expect(try id(await pull("org/one", by: keys.admin, of: server)) == first)
        }
    }

    @Test func `a key does not put its pulls ahead of those of others`() async throws {
        try await run { server, keys in
            let refused = try await pull("org/one", #","priority":1"#, by: keys.bob, of: server)
            #expect(try refused.status == 403 && refused.json()["field"] as? String == "priority")
            let own = try id(await pull("org/one", #","priority":-1"#, by: keys.bob, of: server))
            func prioritize(_ priority: Int, by key: String) async throws -> Int {
                try await server.send(.POST, "/jobs/\(own)/priority", key: key, body: "{\"priority\":\(priority)}").status
            }
            #expect(try await prioritize(0, by: keys.bob) == 200)
            #expect(try await prioritize(1, by: keys.bob) == 403)
            #expect(try await prioritize(1, by: keys.admin) == 200)
        }
    }

    @Test func `a model outside the list of a key is neither pulled nor used nor listed`() async throws {
        try await run { server, keys in
            _ = try CachedModel(in: server)
            _ = try CachedModel(in: server, "other/big", file: "big-Q4_0.gguf")
            for more in ["", #","dry_run":true"#] {
                let refused = try await pull("other/big", more, by: keys.ann, of: server)
                #expect(try refused.status == 403 && refused.json()["field"] as? String == "model", "\(more)")
            }
            func chat(_ path: String, _ model: String, _ key: String) async throws -> Int {
                let body = "{\"model\":\"\(model)\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"
                return try await server.send(.POST, path, key: key, body: body).status
            }
            for path in ["/chat", "/v1/chat/completions", "/api/chat"] {
                for model in ["other/big", "other/big:Q4_0"] { #expect(try await chat(path, model, keys.ann) == 403, "\(path) \(model)") }
                // It may, but this is no real model, and no engine is installed.
                let status = try await chat(path, "acme/tiny", keys.ann)
                #expect(![200, 401, 403].contains(status), "\(path) \(status)")
                #expect(try await chat(path, "other/big", keys.bob) == 403, "\(path): the scope is missing")
            }
            func models(_ key: String, _ headers: HTTPHeaders = [:]) async throws -> [String] {
                let data = try await server.send(.GET, "/v1/models", key: key, headers: headers).json()["data"] as? [[String: Any]] ?? []
                return data.compactMap { $0["id"] as? String }
            }
            let anthropic: HTTPHeaders = ["anthropic-version": "2023-06-01"]
            for headers in [[:], anthropic] {
                #expect(try await models(keys.ann, headers) == ["acme/tiny:Q4_0"])
                #expect(try await models(keys.bob, headers).count == 2)
                #expect(try await server.send(.GET, "/v1/models/other/big", key: keys.ann, headers: headers).status == 403)
                #expect(try await server.send(.GET, "/v1/models/acme/tiny", key: keys.ann, headers: headers).status == 200)
            }
            for (method, path, body) in [
                (HTTPMethod.GET, "/v1/models/other/bigg", nil as String?),
                (.POST, "/v1/chat/completions", #"{"model":"othr/big","messages":[{"role":"user","content":"x"}]}"#),
                (.POST, "/api/show", #"{"model":"other/bog"}"#),
            ] {
                let unknown = try await server.send(method, path, key: keys.ann, body: body)
                #expect(unknown.status == 404 && !String(decoding: unknown.body, as: UTF8.self).contains("other/big"), "\(path)")
            }
            func own(_ key: String) async throws -> [String] {
                try JSONDecoder().decode([ModelView].self, from: try await server.send(.GET, "/models", key: key).body).map(\.model)
            }
            #expect(try await own(keys.ann) == ["acme/tiny:Q4_0"])
            #expect(try await own(keys.bob).count == 2)
            for path in ["/models/other/big", "/models/other/big/fit", "/models/big", "/models/OTHER/big:Q4_0"] {
                #expect(try await server.send(.GET, path, key: keys.ann).status == 403, "\(path)")
                #expect(try await server.send(.GET, path, key: keys.bob).status != 403, "\(path)")
            }
            #expect(try await server.send(.GET, "/models/acme/tiny", key: keys.ann).status == 200)
            let tags = try await server.send(.GET, "/api/tags", key: keys.ann).json()["models"] as? [[String: Any]]
            #expect(tags?.compactMap { $0["name"] as? String } == ["acme/tiny:Q4_0"])
        }
    }

    @Test func `figures name no model outside the list of a key`() async throws {
        var reader = NewKey(name: "reader", scopes: [.read])
        reader.models = ["acme/tiny"]
        let new = [reader, NewKey(name: "root", scopes: [.admin])]
        try await RunningServer.run(keys: new) { server, keys in
            for path in ["/engines", "/status"] {
                let answer = try await server.send(.GET, path, key: keys[0])
                #expect(answer.status == 200)
            }
            #expect(try await server.send(.GET, "/metrics", key: keys[0]).json()["code"] as? String == "forbidden")
            #expect(try await server.send(.GET, "/metrics", key: keys[1]).status == 200)
        }
    }

    @Test func `a decision about memory is told to those who may use all its models`() throws {
        func decision(_ model: String, for other: String?) -> EngineList.Decision {
            .init(time: Timestamp(rawValue: ""), model: model, what: "eviction", why: "", forModel: other, figures: [:])
        }
        let directory = try TemporaryDirectory()
        let store = try KeyStore(path: directory.path.appending("keys.db"))
        var new = NewKey(name: "reader", scopes: [.read])
        new.models = ["acme/tiny"]
        let reader = Caller.key(try store.create(new).stored)
        try store.close()
        for (model, other, isVisible) in [
            ("acme/tiny:Q4_0", nil, true), ("other/big:Q4_0", nil, false), ("acme/tiny:Q4_0", "other/big:Q4_0", false), ("not a name", nil, false),
        ] as [(String, String?, Bool)] {
            #expect(decision(model, for: other).isVisible(to: reader) == isVisible, "\(model)")
            #expect(decision(model, for: other).isVisible(to: .local))
        }
        withExtendedLifetime(directory) {}
    }
}
