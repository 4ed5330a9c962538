import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The sentences in Documentation/faq.md are those that Roost says.
    @Suite(.serialized) struct FaqTests {
        /// A sentence of the document: its fixed parts, between which any text may stand.
        private struct Sentence: Hashable {
            let text: String
            var parts: [String] { text.split(separator: "…").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.count > 2 } }

            func isSaid(in output: String) -> Bool {
                var rest = output[...]
                return parts.allSatisfy { part in
                    guard let place = rest.range(of: part) else { return false }
                    rest = rest[place.upperBound...]
                    return true
                }
            }
        }

        private static func sentences() throws -> [Sentence] {
            let text = try String(contentsOfFile: TestEnvironment.testFile("../../Documentation/faq.md").string, encoding: .utf8)
            return text.split(separator: "\n").compactMap { line in line.wholeMatch(of: /### `(.+)`/).map { Sentence(text: String($0.1)) } }
        }

        /// Expects that some output is one of the sentences.
        private func expect(_ output: String, in sentences: [Sentence]) {
            #expect(sentences.contains { $0.isSaid(in: output) }, "no sentence of faq.md: \(output)")
        }

        @Test func `each sentence is in the sources`() throws {
            let root = TestEnvironment.testFile("../../Sources").string
            var sources = ""
            for case let name as String in FileManager.default.enumerator(atPath: root) ?? .init() where name.hasSuffix(".swift") {
                sources += try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
            }
            sources = sources.replacing("\\\"", with: "\"").replacing(/\\\n\s*/, with: "")
            let sentences = try Self.sentences()
            #expect(sentences.count > 25 && Set(sentences).count == sentences.count)
            for sentence in sentences {
                #expect(!sentence.parts.isEmpty)
                for part in sentence.parts { #expect(sources.contains(part), "\(sentence.text): \(part)") }
            }
        }

        @Test func `what a server without an engine and a command without a server say is explained`() async throws {
            let sentences = try Self.sentences()
            try await withTemporaryDirectory { root in
                try await FaultHub.run(SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint, variables: Site.noEngine)
                    func said(_ words: [String], _ server: String? = nil, key: String = "") async throws -> String {
                        try await site.outputs(words, server: server, extra: ["ROOST_API_KEY": key]).errors
                    }
                    expect(try await said(["ps"], "http://127.0.0.1:9"), in: sentences)
                    expect(try await said(["lst"]), in: sentences)
                    expect(try await said(["config", "set", "prot", "1"]), in: sentences)
                    expect(try await said(["serve", "--host", "0.0.0.0"]), in: sentences)
                    expect(try await said(["serve", "--host", "0.0.0.0", "--allow-remote"]), in: sentences)
                    let server = try await site.serve()
                    let port = try #require(server.url.split(separator: ":").last)
                    expect(try await said(["serve", "--port", "0"]), in: sentences)
                    let other = root.appending("other").string
                    expect(try await site.outputs(["serve", "--port", String(port), "--home", other]).errors, in: sentences)
                    for words in [["pull", "no/such"], ["pull", "llama3.2"]] { expect(try await said(words, server.url), in: sentences) }
                    expect(try await said(["show", "no/such"], server.url), in: sentences)
                    #expect(try await server.pull(SampleHub.model).status == .succeeded)
                    expect(try await said(["run", SampleHub.model, "hello"], server.url), in: sentences)
                    for header in [("Host", "evil.example"), ("Origin", "https://evil.example")] {
                        var request = HTTPClientRequest(url: server.url + "/chat")
                        request.method = .POST
                        request.headers.replaceOrAdd(name: header.0, value: header.1)
                        request.body = .bytes(.init(string: "{}"))
                        let body = try await HTTPClient.shared.execute(request, timeout: .patience).body.collect(upTo: 1 << 20)
                        let problem = try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
                        expect(try #require(problem?["detail"] as? String), in: sentences)
                    }
                    let reader = try await site.outputs(["keys", "create", "reader", "--scope", "read"])
                    let key = reader.standard.trimmingCharacters(in: .whitespacesAndNewlines)
                    _ = try await eventually("the key") {
                        try await site.outputs(["ps"], server: server.url, extra: ["ROOST_API_KEY": ""]).code == 1 ? true : nil
                    }
                    expect(try await said(["ps"], server.url), in: sentences)
                    expect(try await said(["ps"], server.url, key: "secret"), in: sentences)
                    expect(try await said(["ps"], server.url, key: key.dropLast() + (key.hasSuffix("a") ? "b" : "a")), in: sentences)
                    expect(try await said(["stop", SampleHub.model], server.url, key: key), in: sentences)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `what pulls say that find no hub, no room and no permission is explained`() async throws {
            let sentences = try Self.sentences()
            for (variables, hub) in [
                (["ROOST_DISK_RESERVE": "4000TB"], nil), (["HF_HUB_OFFLINE": "1"], nil), ([:], "http://127.0.0.1:9"),
            ] as [([String: String], String?)] {
                try await withTemporaryDirectory { root in
                    try await FaultHub.run(SampleHub.make(in: root)) { real in
                        let site = Site(root: root, hubEndpoint: hub ?? real.endpoint, variables: variables.merging(Site.noEngine) { $1 })
                        let server = try await site.serve()
                        let said = try await site.outputs(["pull", SampleHub.model, "--max-retries", "0"], server: server.url)
                        #expect(said.code == 1)
                        expect(said.errors, in: sentences)
                        #expect(await server.stop() == 0)
                    }
                }
            }
        }

        @Test func `what a model's engine cannot do is explained`() async throws {
            let sentences = try Self.sentences()
            try await withTemporaryDirectory { root in
                try await FaultHub.run(SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint, variables: ["ROOST_CONTEXT_LENGTH": "256"])
                    let server = try await site.serve()
                    #expect(try await server.pull(SampleHub.model).status == .succeeded)
                    let long = String(repeating: "word ", count: 3000)
                    for (words, input) in [
                        (["run", SampleHub.model], long), (["embed", SampleHub.model, "text"], ""),
                        (["run", SampleHub.model, "What is this?", "--image", "/etc/passwd"], ""), (["rm", SampleHub.model], ""),
                    ] {
                        let said = try await site.outputs(words, server: server.url, input: input)
                        #expect(said.code != 0)
                        expect(said.errors, in: sentences)
                    }
                    #expect(await server.stop() == 0)
                }
            }
        }
    }
}
