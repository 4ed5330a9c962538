import Foundation
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// Without an engine: whether a model fits is told from the heads of its files.
@Suite struct ModelFitTests {
    @Test func `what a model needs is told by part, with the context that it would have and why`() async throws {
        try await RunningServer.run { server in
            try server.placeSampleModel()
            let fit = try await RoostClient(server: server.url).fit(ModelReference(parsing: "acme/smol:Q4_1"))
            #expect(fit.model == "acme/smol:Q4_1" && fit.answer == "fits" && fit.evicts == [] && fit.devices == [] && fit.deviceLayers == nil)
            #expect(fit.context.length == 8192 && fit.context.reason.hasPrefix("8192 "))
            // 92.1 MiB of weights, and 22.5 KiB for each token, as llama-server prints them.
            #expect(fit.parts.weights == 96_576_768 && fit.parts.context == Int64(fit.context.slots * 8192 * 23_040))
            let parts = fit.parts
            #expect(fit.neededBytes == parts.weights + parts.context + parts.compute + parts.promptCache + parts.margin)
            #expect(fit.freeBytes >= fit.neededBytes && fit.usableBytes == fit.freeBytes && fit.layers == 30 && fit.usedBefore == nil)
            for id in ["acme/smol/fit", "acme%2Fsmol/fit", "acme%2Fsmol%3AQ4_1/fit", "acme/smol:smol-Q4_1.gguf/fit"] {
                let answer = try await server.send(.GET, "/models/\(id)")
                let other = try server.decode(ModelFit.self, answer)
                #expect(answer.status == 200 && other.model == "acme/smol:Q4_1", "\(id)")
            }
        }
    }

    @Test func `the context and its reason are in the answer about a model`() async throws {
        try await RunningServer.run {
            $0.contextLength = 1024
        } _: { server in
            try server.placeSampleModel()
            let detail = try await RoostClient(server: server.url).model(ModelSelector(parsing: "acme/smol"))
            #expect(detail.models.map(\.context) == [ModelContext(length: 1024, slots: 4, reason: "1024 as set")])
        }
    }

    @Test func `a projector of another model is told by its numbers, with the way to remove it, and without it the model fits`() async throws {
        try await RunningServer.run { server in
            try server.placeSampleModel()
            let snapshot = server.home.removingLastComponent().appending("hf/hub/models--acme--smol/snapshots").appending(CachedModel.commit)
            let projector = snapshot.appending("mmproj-F16.gguf")
            try FileManager.default.copyItem(atPath: TestEnvironment.testFile("../Fixtures/vision/mmproj-F16.gguf").string, toPath: projector.string)
            let answer = try await server.send(.GET, "/models/acme/smol/fit")
            let problem = try answer.json()
            #expect(answer.status == 400 && problem["code"] as? String == "unsupported_model" && problem["field"] as? String == "model")
            let detail = try #require(problem["detail"] as? String)
            for words in [
                "\"mmproj-F16.gguf\" is the projector of another model", "vectors of 64 numbers", "reads vectors of 576",
                "roost models rm acme/smol:mmproj-F16.gguf",
            ] { #expect(detail.contains(words), "\(detail)") }
            #expect(try await server.send(.DELETE, "/models/acme/smol:mmproj-F16.gguf").status == 200)
            let fit = try await RoostClient(server: server.url).fit(ModelReference(parsing: "acme/smol"))
            #expect(fit.parts.weights == 96_576_768)
        }
    }

    @Test func `a draft model that is not here, or has another vocabulary, is told before an engine starts`() async throws {
        let smol = try ModelReference(parsing: "acme/smol")
        for (draft, words) in [
            ("acme/tiny", "has another vocabulary: "), ("acme/none", "is not on this machine. Pull it with `roost pull acme/none`"),
        ] {
            let draft = try ModelReference(parsing: draft)
            try await RunningServer.run {
                $0.draftModels = [smol: draft]
            } _: { server in
                try server.placeSampleModel()
                let tiny = try CachedModel(in: server, file: "tiny-F16.gguf").snapshot.appending("tiny-F16.gguf")
                try FileManager.default.removeItem(atPath: tiny.string)
                try FileManager.default.copyItem(atPath: TestEnvironment.testFile("../Fixtures/vision/tiny-F16.gguf").string, toPath: tiny.string)
                let answer = try await server.send(.GET, "/models/acme/smol/fit")
                let detail = try #require(answer.json()["detail"] as? String)
                #expect(answer.status == 400 && detail.contains(words) && detail.contains("draft_models"), "\(detail)")
            }
        }
    }

    @Test func `a model that is not here, a file that is none, and a revision get a sentence`() async throws {
        try await RunningServer.run { server in
            let broken = try CachedModel(in: server)
            #expect(try await server.send(.GET, "/models/acme/other/fit").status == 404)
            let answer = try await server.send(.GET, "/models/acme/tiny/fit")
            #expect(answer.status == 400 && String(decoding: answer.body, as: UTF8.self).contains("invalid_model_file"))
            #expect(try await server.send(.GET, "/models/acme/tiny/fit?revision=main").status == 400)
            #expect(try await server.send(.POST, "/models/acme/tiny/fit").status == 405)
            // What cannot be read has no context, and is shown all the same.
            let detail = try server.decode(ModelDetail.self, try await server.send(.GET, "/models/acme/tiny"))
            #expect(detail.models.map(\.context) == [nil] && broken.isThere(broken.blob))
        }
    }
}
