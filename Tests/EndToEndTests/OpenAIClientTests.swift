import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The programs and libraries that people use OpenAI's API with.
    @Suite(.serialized) struct OpenAIClientTests {
        /// A server with the sample model, which has a chat template for tools here.
        private func withModel(_ body: (Server) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let folder = root.appending("hub-files").pushing(FilePath(SampleHub.model))
                try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                try ToolModel.write(to: folder.appending("SmolLM2-135M-Instruct-Q4_1.gguf"))
                try await FaultHub.run(root.appending("hub-files")) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull(SampleHub.model, initialize: true)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        private func passed(_ client: PythonClient, _ script: String, _ more: [String] = [], of server: Server, model: String) async throws
            -> [String]
        {
            let output = try await client.run(script, [server.url, model] + more)
            let line = output.split(separator: UInt8(ascii: "\n")).last ?? Data()
            return try JSONDecoder().decode([String].self, from: line)
        }

        @Test func `OpenAI's client works with chats, texts, models, responses and errors`() async throws {
            try await withModel { server in
                let passed = try await passed(.openAI, "openai_client.py", of: server, model: SampleHub.model)
                #expect(passed.count == 17, "\(passed)")
            }
        }

        @Test func `responses and their events have the types of the Open Responses specification`() async throws {
            try await withModel { server in
                let passed = try await passed(.openResponses, "open_responses.py", of: server, model: SampleHub.model)
                #expect(passed.count == 8, "\(passed)")
            }
        }

        @Test func `huggingface_hub's InferenceClient names a quantisation without a colon`() async throws {
            try await withModel { server in
                let passed = try await passed(.hub, "hub_inference.py", of: server, model: "\(SampleHub.model)--Q4_1")
                #expect(passed == ["chat", "chat: stream", "chat: structured output"])
            }
        }

        @Test func `llm chats, streams, keeps a schema and a conversation`() async throws {
            try await withModel { server in
                try await withTemporaryDirectory { folder in
                    let passed = try await passed(.llm, "llm_client.py", [folder.appending("llm").string], of: server, model: SampleHub.model)
                    #expect(passed == ["chat", "chat: stream", "chat: structured output", "conversation"])
                }
            }
        }

        @Test func `LangChain's tests of chat models pass`() async throws {
            try await withModel { server in
                let output = try await PythonClient.langChain.run(
                    "langchain_standard.py",
                    ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "-o", "asyncio_default_test_loop_scope=session"], module: "pytest",
                    variables: ["ROOST_URL": server.url, "ROOST_MODEL": SampleHub.model])
                #expect(String(decoding: output, as: UTF8.self).contains(" passed"))
            }
        }
    }
}
