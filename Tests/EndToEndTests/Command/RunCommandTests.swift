import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// `roost run` for one answer: what it sends, prints and ends with.
    @Suite(.serialized) struct RunCommandTests {
        private func site(_ root: FilePath) -> Site { Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine) }

        @Test func `the options, the words and what is piped in reach the model`() async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { server, url in
                    let schema = root.appending("schema.json").string
                    // The order of the members counts, and `JSONEncoder` would sort them.
                    try Data(#"{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"number"}}}"#.utf8).write(
                        to: URL(fileURLWithPath: schema))
                    let image = root.appending("dot.png").string
                    try Data([0x89, 0x50, 0x4E, 0x47, 1, 2]).write(to: URL(fileURLWithPath: image))
                    let said = try await site(root).outputs(
                        [
                            "run", "hf.co/a/b:q4_0", "Sum", "up:", "--system", "Be brief.", "--format", schema, "--image", image, "--think",
                            "--effort", "low",
                            "--top-p", "0.5", "--seed", "3", "--stop", "END", "--context", "4096", "--max-tokens", "9",
                        ], server: url, input: "some\ntext\n")
                    #expect(said.code == 0 && said.standard == "<Sum up:\n\nsome\ntext>\n" && said.errors.isEmpty, "\(said)")
                    let asked = try #require(server.heard.last)
                    #expect(asked.model == "a/b:Q4_0" && asked.maxTokens == 9 && asked.contextLength == 4096)
                    #expect(asked.thinking == ChatThinking(isEnabled: true, effort: "low"))
                    #expect(asked.sampling.topP == 0.5 && asked.sampling.seed == 3 && asked.stop == ["END"])
                    #expect(asked.messages.map(\.role) == [.system, .user])
                    #expect(asked.messages.last?.images == ["data:image/png;base64,iVBORwEC"])
                    let body = try #require(server.bodies.last)
                    #expect(body.contains(#""schema":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"number"}}}"#), "\(body)")
                }
            }
        }

        @Test func `options in Ollama's spelling do the same`() async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { server, url in
                    let words = ["run", "a/b", "--think=false", "--keepalive", "5m", "--verbose", "--hidethinking", "Hello", "--", "--think=true"]
                    let said = try await site(root).outputs(words, server: url)
                    #expect(said.code == 0 && said.standard == "<Hello --think=true>\n", "\(said)")
                    #expect(said.errors.contains("prompt  0 tokens") && said.errors.contains("\ntotal   "), "\(said)")
                    let asked = try #require(server.heard.last)
                    #expect(asked.thinking == ChatThinking(isEnabled: false) && asked.keepAlive == "5m")
                    _ = try await site(root).outputs(["run", "a/b", "--think=high", "Hello"], server: url)
                    #expect(server.heard.last?.thinking == ChatThinking(isEnabled: true, effort: "high"))
                }
            }
        }

        @Test func `an answer reaches a pipe as it is, and a terminal without what would control it`() async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { _, url in
                    let text = "\u{1B}]0;title\u{7}x"
                    let piped = try await site(root).outputs(["run", "a/b", text], server: url)
                    #expect(piped.standard == "<\(text)>\n")
                    let (code, shown) = try await site(root).onTerminal(["run", "a/b", text], server: url, [.awaiting("<␛]0;title␇x>")])
                    #expect(code == 0 && !shown.contains("\u{1B}]0"), "\(shown.debugDescription)")
                }
            }
        }

        @Test func `mistakes are told before anything is sent`() async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { server, url in
                    let words: [([String], String)] = [
                        (["a/b", "x", "--format", "no-such-file"], "cannot be read as one"), (["a/b", "x", "--image", "/etc/passwd"], "is no PNG"),
                        (["a/b", "x", "--image", "/no/file"], "cannot be read"), (["a b", "x"], "must name a Hub repository"),
                        (["https://example.com/a/b", "x"], "huggingface.co"), (["a/b"], "There is no message"),
                        (["a/b", "x", "--timeout", "0"], "1 to 600"),
                    ]
                    for (arguments, sentence) in words {
                        let said = try await site(root).outputs(["run"] + arguments, server: url)
                        #expect(said.code == 64 && said.errors.contains(sentence) && said.standard.isEmpty, "\(arguments): \(said)")
                    }
                    #expect(server.heard.isEmpty)
                }
            }
        }

        @Test func `without a server it says how to start one`() async throws {
            try await withTemporaryDirectory { root in
                let said = try await site(root).outputs(["run", "a/b", "hi"], server: "http://127.0.0.1:9")
                #expect(said.code == 69 && said.errors.contains("`roost serve`") && said.errors.contains("`roost service install`"), "\(said)")
            }
        }

        @Test func `a model that is not here is pulled, loaded and asked, by any of its names`() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let options = ["--temperature", "0", "--max-tokens", "8"]
                    let first = try await site.outputs(["run", "https://hf.co/\(SampleHub.model)", "Say hello."] + options, server: server.url)
                    #expect(first.code == 0 && first.standard.trimmingCharacters(in: .whitespacesAndNewlines).count > 1, "\(first)")
                    // The pull is told beside the answer, not in it.
                    #expect(!first.standard.contains("Job") && first.errors.contains("is here"), "\(first)")
                    #expect(try await server.client.jobs().count == 1)
                    for name in ["SmolLM2-135M-Instruct", "SAMPLE/smollm2-135m-instruct-gguf:latest", "\(SampleHub.model):q4_1"] {
                        let again = try await site.outputs(["run", name, "Say hello."] + options, server: server.url)
                        #expect(again.code == 0 && again.standard == first.standard, "\(name): \(again)")
                    }
                    #expect(try await server.client.jobs().count == 1)
                    let json = try await site.outputs(
                        ["run", "smollm2-135m-instruct", "A colour.", "--json", "--format", "json", "--max-tokens", "40", "--temperature", "0"],
                        server: server.url)
                    let answer = try JSONDecoder().decode(ChatResponse.self, from: Data(json.standard.utf8))
                    #expect(json.code == 0 && answer.message.content.hasPrefix("{"), "\(json)")
                    let missing = try await site.outputs(["run", "no/such", "hi"], server: server.url)
                    #expect(missing.code == 1 && missing.standard.isEmpty && missing.errors.contains("The pull failed"), "\(missing)")
                    let failed = try await site.outputs(["run", "no/such", "hi", "--json"], server: server.url)
                    #expect(failed.code == 1 && failed.standard.isEmpty, "\(failed)")
                    #expect(try failed.problem()["code"] as? String == "repository_not_found", "\(failed)")
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}
