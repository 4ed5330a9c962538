import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost tune` with the real engine. How fast it is decides nothing here.
    @Suite(.serialized) struct TuneTests {
        private let model = "\(SampleHub.model):Q4_1"

        private func post(_ server: Server, _ path: String, _ json: String) async throws -> (status: UInt, body: String) {
            var request = HTTPClientRequest(url: server.url + path)
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: json))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
        }

        @Test func `the command calibrates, shows what is used and why, and forgets it`() async throws {
            try await PullAndChatTests().withModel { server in
                let site = server.site
                let question = ChatRequest(
                    model: model, messages: [ChatMessage(role: .user, content: "Write one sentence about the sea.")], maxTokens: 12, temperature: 0)
                let before = try await server.client.chat(question).message.content
                let tuned = try await site.roost(["tune", model, "--seconds", "30"], server: server)
                // A machine that is too busy for the defaults gets a sentence, and keeps them.
                if tuned.code == 0 {
                    #expect(tuned.output.contains("the defaults") && tuned.output.contains("From its next load on: "), "\(tuned.output)")
                    #expect(FileManager.default.fileExists(atPath: site.home.appending("engine-tuning.json").string))
                    let shown = try await site.roost(["models", "show", model], server: server)
                    #expect(shown.output.contains("; calibrated 20") && shown.output.contains("(measured)"), "\(shown.output)")
                } else {
                    #expect(tuned.code == 1 && tuned.output.contains("could not be calibrated"), "\(tuned.output)")
                }
                #expect(try await server.client.chat(question).message.content == before)
                let reset = try await site.roost(["tune", model, "--reset"], server: server)
                let answer = tuned.code == 0 ? "has the defaults again" : "had no calibration"
                #expect(reset.code == 0 && reset.output.contains(answer), "\(reset.output)")
                let again = try await site.roost(["tune", model, "--reset", "--json"], server: server)
                #expect(try JSONDecoder().decode(TuneReset.self, from: Data(again.output.utf8)) == TuneReset(model: model, forgotten: false))
                let detail = try await server.client.model(ModelSelector(parsing: model))
                #expect(detail.models.first?.tuning?.calibratedAt == nil && detail.models.first?.tuning?.options.count == 6)
            }
        }

        @Test func `a request ends a calibration, and the command says so`() async throws {
            try await PullAndChatTests().withModel { server in
                async let tuned = server.site.roost(["tune", model, "--json"], server: server)
                // The engine of the model is ended first.
                try await eventually("the begin of the calibration") { try await server.client.status().loadedModels.isEmpty ? true : nil }
                let answer = try await server.client.chat(
                    ChatRequest(model: model, messages: [ChatMessage(role: .user, content: "Hello")], maxTokens: 4))
                #expect(!answer.message.content.isEmpty)
                let result = try await tuned
                #expect(result.code == 1 && result.output.contains("was ended, because a request for \(model) came"), "\(result.output)")
                #expect(try PullAndChatTests.enginePIDs(of: server).count == 1)
            }
        }

        @Test func `bad input and a file of another machine get a sentence, and the server starts`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let first = try await site.serve()
                    #expect(try await first.pull(SampleHub.model).status == .succeeded)
                    for (body, field) in [
                        (#"{}"#, "model"), (#"{"model":"\#(model)","seconds":3600}"#, "seconds"),
                        (#"{"model":"\#(model)","seconds":"soon"}"#, "seconds"),
                        (#"{"model":"\#(model)","allow_quantized_cache":1}"#, "allow_quantized_cache"),
                    ] {
                        let answer = try await post(first, "/models/tune", body)
                        #expect(answer.status == 400 && answer.body.contains(#""field":"\#(field)""#), "\(answer.body)")
                    }
                    for path in ["tune", "untune"] { #expect(try await post(first, "/models/\(path)", #"{"model":"no/such"}"#).status == 404) }
                    let usage = try await site.roost(["tune", model, "--seconds", "3600"], server: first)
                    #expect(usage.code == 64 && usage.output.contains("10 to 60"))
                    #expect(await first.stop() == 0)
                    let other =
                        #"{"machine":{"processor":"Z80","processors":1,"memory":65536},"model":"x","modelBytes":1,"engine":"/e","engineBytes":1,"engineBuilt":1}"#
                    let results = #"{"version":1,"results":[{"key":\#(other),"tuning":{"slots":8},"gain":2,"at":"2026-01-02T03:04:05.678Z"}]}"#
                    let file = site.home.appending("engine-tuning.json")
                    for (content, line) in [(results, "Calibrations of another machine are not used"), ("{", "cannot be read")] {
                        try Data(content.utf8).write(to: URL(fileURLWithPath: file.string))
                        let server = try await site.serve()
                        let detail = try await server.client.model(ModelSelector(parsing: model))
                        #expect(detail.models.first?.tuning?.options.contains { $0.name == "slots" && $0.source == "default" } == true)
                        #expect(server.process.output.components(separatedBy: line).count == 2, "\(server.process.output)")
                        #expect(await server.stop() == 0)
                    }
                }
            }
        }
    }
}
