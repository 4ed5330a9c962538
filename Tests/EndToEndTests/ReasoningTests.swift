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
    /// A model that thinks before it answers, by its chat template; its weights are random, so it thinks nonsense. The engine is the real one.
    @Suite(.serialized) struct ReasoningTests {
        private static let model = "tiny/thinker"
        private static let template = """
            {%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}{%- if message.reasoning_content %}\
            {{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}{{- message.content + '<|im_end|>\\n' }}{%- endfor %}\
            {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}
            """

        private func withModel(_ body: (Server) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try WeightsHub.add("qwen3", as: Self.model, to: files)
                let template = files.appending(Self.model).appending("chat_template.jinja")
                try Data(Self.template.utf8).write(to: URL(fileURLWithPath: template.string))
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull(Self.model, quantize: .fp16, initialize: true)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        private func post(_ server: Server, _ path: String, _ json: String) async throws -> String {
            var request = HTTPClientRequest(url: server.url + path)
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: json))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
            try #require(response.status == .ok, "\(body)")
            return body
        }

        @Test func `thoughts that are cut before the answer are all that chat returns, and none of it is text`() async throws {
            try await withModel { server in
                let chat = ChatRequest(
                    model: Self.model, messages: [ChatMessage(role: .user, content: "Hi")], maxTokens: 12, temperature: 0)
                let whole = try await server.client.chat(chat)
                let thoughts = try #require(whole.message.reasoningContent)
                #expect(!thoughts.isEmpty && whole.message.content.isEmpty && whole.doneReason == "length" && whole.evalCount == 12)
                var (streamed, text) = ("", "")
                let last = try await server.client.chat(chat, onReasoning: { streamed += $0 }, onText: { text += $0 })
                #expect(last.doneReason == "length" && text.isEmpty && streamed == thoughts)
                // They can be sent back.
                var more = chat
                more.messages += [whole.message, ChatMessage(role: .user, content: "And?")]
                #expect(try await server.client.chat(more).promptEvalCount > 0)
            }
        }

        @Test func `on the OpenAI route thoughts and answer arrive apart, in one piece and in a stream`() async throws {
            try await withModel { server in
                let body =
                    #"{"model":"tiny/thinker","max_tokens":60,"grammar":"root ::= \"hm, two\\n</think>\\n\\nyes\"","messages":[{"role":"user","content":"Hi"}]"#
                let whole = try await post(server, "/v1/chat/completions", body + "}")
                #expect(whole.contains(#""content":"yes""#) && whole.contains(#""reasoning_content":"hm, two\n""#), "\(whole)")
                let stream = try await post(server, "/v1/chat/completions", body + #","stream":true}"#)
                let thoughts = stream.matches(of: /"delta":\{"reasoning_content":"([^"]*)"/).map { String($0.1) }
                let text = stream.matches(of: /"delta":\{"content":"([^"]*)"/).map { String($0.1) }
                #expect(thoughts.joined() == #"hm, two\n"# && text.joined() == "yes", "\(stream)")
            }
        }
    }
}
