import Foundation
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage
import Testing

@Suite struct ModelRouteTests {
    @Test("GET /models/{id} shows a model with a plain slash, an encoded one, a quantisation and a revision")
    func detail() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            for id in ["acme/tiny", "acme%2Ftiny", "acme/tiny:Q4_0", "acme%2Ftiny%3AQ4_0", "acme/tiny?revision=main", "acme/tiny?revision=555555"] {
                let answer = try await server.send(.GET, "/models/\(id)")
                #expect(answer.status == 200, "\(id)")
                let detail = try server.decode(ModelDetail.self, answer)
                #expect(detail.sizeBytes == 300_000 && detail.models.map(\.model) == ["acme/tiny:Q4_0"])
                #expect(detail.revisions.map(\.commit) == [model.commit] && detail.revisions[0].refs == ["main"])
                #expect(detail.revisions[0].files == [.init(path: model.file, size: 300_000, digest: "sha256:\(model.digest)")])
                #expect(detail.revisions[0].receipt == nil)
            }
        }
    }

    @Test("the projector beside a model is in its details and its size, and is no model")
    func projector() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            _ = try CachedModel(in: server, file: "mmproj-F16.gguf", bytes: 1000)
            let detail = try server.decode(ModelDetail.self, try await server.send(.GET, "/models/acme/tiny"))
            #expect(detail.models.map(\.model) == ["acme/tiny:Q4_0"] && detail.models.map(\.projector) == ["mmproj-F16.gguf"])
            #expect(detail.models[0].sizeBytes == 301_000 && detail.sizeBytes == 301_000 && detail.revisions[0].files.count == 2)
            let list = try await server.send(.GET, "/models").body
            #expect(String(decoding: list, as: UTF8.self).contains("\"projector\":\"mmproj-F16.gguf\""))
            #expect(try await server.send(.DELETE, "/models/acme/tiny:Q4_0").status == 200 && !model.isThere(model.snapshot))
        }
    }

    @Test("a model in a folder is shown by its path, and taken out of memory and removed by it")
    func path() async throws {
        try await RunningServer.run { server in
            let top = try CachedModel(in: server)
            let folder = top.snapshot.appending("sub")
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            try Data([1]).write(to: URL(fileURLWithPath: folder.appending("tiny-Q4_0.gguf").string))
            let client = try RoostClient(server: server.url)
            #expect(try await client.models().map(\.model) == ["acme/tiny:sub/tiny-Q4_0", "acme/tiny:tiny-Q4_0"])
            for id in ["acme/tiny:sub/tiny-Q4_0", "acme%2Ftiny%3Asub%2Ftiny-Q4_0", "acme/tiny:sub%2Ftiny-Q4_0.gguf"] {
                let detail = try server.decode(ModelDetail.self, try await server.send(.GET, "/models/\(id)"))
                #expect(detail.models.map(\.model) == ["acme/tiny:sub/tiny-Q4_0"], "\(id)")
            }
            #expect(try await server.send(.DELETE, "/models/acme/tiny:Q4_0").status == 400)
            #expect(try await server.send(.DELETE, "/models/acme/tiny:sub/tiny-Q4_0").status == 200)
            #expect(try await client.models().map(\.model) == ["acme/tiny:Q4_0"] && top.isThere(top.blob))
        }
    }

    @Test(
        "what is not here gets 404 and what is no model's name 400",
        arguments: [
            ("acme/other", 404), ("acme/tiny:Q8_0", 404), ("acme/tiny?revision=nope", 404), ("gpt2", 404), ("..%2F..", 400),
            ("acme/tiny?revision=../x", 400),
            ("acme/%2e%2e", 400),
        ])
    func unknown(id: String, status: Int) async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            for method in ["GET", "DELETE"] {
                let answer = try await server.send(.init(rawValue: method), "/models/\(id)")
                #expect(answer.status == status, "\(method) \(id): \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    @Test("a verification streams its progress and ends with what it found; a damaged byte is found")
    func verify() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            let client = try RoostClient(server: server.url)
            #expect(try await client.verify(nil) == VerifyReport(files: 1, bytes: 300_000, findings: [], unchecked: []))
            try model.damage()
            let report = try await client.verify(ModelSelector(parsing: "acme/tiny:Q4_0"))
            #expect(!report.sound && report.findings.map(\.location) == [model.blob.string])
            let answer = try await server.post("/models/verify", #"{"model":"acme/tiny"}"#)
            let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
            #expect(answer.headers.first(name: "Content-Type") == "application/x-ndjson")
            #expect(
                lines.count >= 1 && lines.last?.contains("\"result\":{") == true && lines.dropLast().allSatisfy { $0.hasPrefix("{\"progress\":{") })
            #expect(try await server.post("/models/verify", #"{"model":"acme/other"}"#).status == 404)
            #expect(try await server.post("/models/verify", #"{"model":7}"#).status == 400)
        }
    }

    @Test("repair sets damaged blobs aside and records pulls of the exact commits and files, whatever their format and names")
    func repair() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            let other = try CachedModel(in: server, "acme/weights", file: "model [1]*?.safetensors")
            try model.damage()
            try other.damage()
            let client = try RoostClient(server: server.url)
            let repair = try await client.repair(nil)
            #expect(repair.report.findings.count == 2 && !model.isThere(model.blob) && !other.isThere(other.blob))
            #expect(try FileManager.default.contentsOfDirectory(atPath: model.folder.appending("blobs").string).isEmpty)
            var jobs: [Job] = []
            for id in repair.jobs { jobs.append(try await client.job(id).job) }
            #expect(jobs.map(\.model) == ["acme/tiny", "acme/weights"] && jobs.allSatisfy { $0.revision == model.commit })
            #expect(jobs.map(\.allowPatterns) == [["tiny-Q4_0.gguf"], ["model [[]1][*][?].safetensors"]])
            #expect(GlobPattern("model [[]1][*][?].safetensors").matches(other.file))
            // Once more joins the pulls that are on their way.
            #expect(try await client.repair(nil).jobs == repair.jobs)
        }
    }

    @Test("what an unfinished pull has begun stays in a clean-up, and a model that is being pulled is not removed without force")
    func unfinishedPull() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            let partial = try model.leavePartial()
            let client = try RoostClient(server: server.url)
            let id = try await server.submit("acme/tiny:Q8_0")
            #expect(try await client.partials().map(\.jobID) == [id])
            let cleanup = try await client.collectModels(olderThanHours: 0)
            #expect(cleanup.removed.isEmpty && cleanup.kept.map(\.reason).first?.contains(id) == true)
            let refusal = try await server.send(.DELETE, "/models/acme/tiny")
            #expect(refusal.status == 409 && String(decoding: refusal.body, as: UTF8.self).contains(id))
            #expect(try await server.send(.DELETE, "/models/acme/tiny?partials=true").status == 409)
            _ = try await client.cancel(id)
            let dry = try await client.collectModels(olderThanHours: 0, dryRun: true)
            #expect(dry.removed.map(\.kind) == [.partial] && model.isThere(partial))
            #expect(try await client.removeModel(ModelSelector(parsing: "acme/tiny"), onlyPartials: true).removed == dry.removed)
            #expect(!model.isThere(partial) && model.isThere(model.blob))
        }
    }

    @Test("of many who remove one model at a time one removes it, and the others learn that it is gone")
    func removedAtOnce() async throws {
        try await RunningServer.run { server in
            for _ in 1...5 {
                _ = try CachedModel(in: server)
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 1...8 { group.addTask { try await server.send(.DELETE, "/models/acme/tiny").status } }
                    return try await group.reduce(into: [Int]()) { $0.append($1) }
                }
                #expect(statuses.sorted() == [200] + Array(repeating: 404, count: 7))
            }
        }
    }

    @Test("force cancels the pull and removes the model; a dry run with force does neither")
    func force() async throws {
        try await RunningServer.run { server in
            let model = try CachedModel(in: server)
            let client = try RoostClient(server: server.url)
            let id = try await server.submit("acme/tiny")
            await #expect(throws: RoostError.self) {
                _ = try await client.removeModel(ModelSelector(parsing: "acme/tiny"), force: true, dryRun: true)
            }
            #expect(try await server.view(id).status == .queued && model.isThere(model.blob))
            let cleanup = try await client.removeModel(ModelSelector(parsing: "acme/tiny"), force: true)
            #expect(cleanup.removed.map(\.kind) == [.snapshot, .blob] && !model.isThere(model.folder))
            #expect(try await server.view(id).stage == .canceled)
            #expect(try await client.models().isEmpty)
        }
    }

    @Test(
        "bad input to the routes is named",
        arguments: [
            ("/models/gc", #"{"dry_run":1}"#, "dry_run"), ("/models/gc", #"{"older_than_hours":-1}"#, "older_than_hours"),
            ("/models/repair", #"{"model":"acme/tiny","revision":"../x"}"#, "revision"), ("/models/verify", #"{"model":""}"#, "model"),
        ])
    func badInput(path: String, body: String, field: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.post(path, body)
            let json = try answer.json()
            #expect(answer.status == 400 && json["field"] as? String == field)
        }
    }

    @Test("what asks for vectors is checked before any engine is started")
    func embeddings() async throws {
        try await RunningServer.run { server in
            #expect(try await server.post("/v1/embeddings", #"{"input":"x"}"#).status == 400)
            #expect(try await server.post("/v1/embeddings", #"{"model":"a b","input":"x"}"#).status == 400)
            let answer = try await server.post("/v1/embeddings", #"{"model":"acme/other","input":"x"}"#)
            #expect(answer.status == 404 && String(decoding: answer.body, as: UTF8.self).contains("roost pull acme/other"))
        }
    }

    @Test("a file that breaks the format's rules fails its load with a sentence before there is an engine, and is left alone for a while")
    func brokenFile() async throws {
        try await RunningServer.run {
            $0.llamaServer = "/bin/true"
        } _: { server in
            _ = try CachedModel(in: server)
            let request = #"{"model":"acme/tiny","messages":[{"role":"user","content":"x"}]}"#
            let first = try await server.post("/chat", request)
            #expect(try first.status == 502 && first.json()["code"] as? String == "engine_load_failed")
            let sentence = try #require(try first.json()["detail"] as? String)
            #expect(sentence.contains("it is not a GGUF file") && sentence.contains("roost models repair"), "\(sentence)")
            #expect(try await server.post("/chat", request).status == 429)
        }
    }

    @Test("a switch in the query that is neither true nor false is refused")
    func badSwitch() async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            #expect(try await server.send(.DELETE, "/models/acme/tiny?force=maybe").status == 400)
        }
    }
}
