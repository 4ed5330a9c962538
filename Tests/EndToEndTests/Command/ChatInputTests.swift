import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostAPI
import RoostCore
import Synchronization
import TestSupport
import Testing

extension EndToEndTests {
    /// What `roost chat` sends, as a server hears it.
    @Suite(.serialized) struct ChatInputTests {
        /// Runs `roost chat` against a server that notes the request and answers with a thought and one word.
        private func chat(_ words: [String], input: String) async throws -> (outputs: Outputs, messages: [ChatMessage]) {
            let heard = Mutex<[ChatMessage]>([])
            let outputs = try await withTemporaryDirectory { root in
                try await withRunningService { ready in
                    Application(
                        responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                            let body = try await request.body.collect(upTo: 4 << 20)
                            let messages = try JSONDecoder().decode(ChatRequest.self, from: Data(body.readableBytesView)).messages
                            heard.withLock { $0 = messages }
                            let answer =
                                "data: {\"delta\":{\"reasoning_content\":\"Hm…\"},\"done\":false}\n\ndata: {\"delta\":{\"content\":\"Yes\"},\"done\":false}\n\ndata: {\"delta\":{},\"done\":true,\"done_reason\":\"stop\"}\n\n"
                            return Response(
                                status: .ok, headers: [.contentType: "text/event-stream"], body: .init(byteBuffer: ByteBuffer(string: answer)))
                        }, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                        onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) },
                        logger: .silent)
                } _: { (port: Int) in
                    try await Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                        .outputs(["chat", "a/b"] + words, server: "http://127.0.0.1:\(port)", input: input)
                }
            }
            return (outputs, heard.withLock { $0 })
        }

        @Test(arguments: [
            ([], "hi\n", "hi"), (["Sum", "this up:"], "\n one\ntwo\n\n", "Sum this up:\n\none\ntwo"), (["hi"], "", "hi"), (["hi"], " \n", "hi"),
            ([], "a\nb", "a\nb"),
        ]) func `the message is the words and what is piped in, and thoughts are not in the answer`(words: [String], input: String, message: String)
            async throws
        {
            let (outputs, messages) = try await chat(words, input: input)
            #expect(outputs.code == 0 && outputs.standard == "Yes\n" && outputs.errors == "Hm…", "\(outputs)")
            #expect(messages == [ChatMessage(role: .user, content: message)])
        }

        @Test func `no message, no text, and too much of it are refused with a sentence, and nothing is sent`() async throws {
            let none = try await chat([], input: "")
            #expect(none.outputs.code == 64 && none.outputs.errors.contains("There is no message") && none.messages.isEmpty, "\(none)")
            let long = try await chat([], input: String(repeating: "x", count: 1 << 20))
            #expect(
                long.outputs.code == 1 && long.outputs.errors.contains("Standard input holds more than") && long.messages.isEmpty, "\(long.outputs)")
        }
    }
}
