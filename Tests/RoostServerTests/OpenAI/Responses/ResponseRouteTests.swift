import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore
import SystemPackage
import TestSupport
import Testing

/// `/v1/responses` with the real engine.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ResponseRouteTests {
    private func text(_ response: [String: Any]) -> String? {
        let message = (response["output"] as? [[String: Any]])?.first { $0["type"] as? String == "message" }
        return (message?["content"] as? [[String: Any]])?.first?["text"] as? String
    }

    @Test func `a response is read again, continued and deleted`() async throws {
        try await OpenAIServer.run { server in
            let first = try await server.patient(
                .POST, "/v1/responses", #"{"model":"acme/smol","input":"My name is Ann.","temperature":0,"max_output_tokens":8,"metadata":{"k":"v"}}"#
            )
            let response = try first.json()
            let id = try #require(response["id"] as? String)
            #expect(first.status == 200 && response["object"] as? String == "response" && text(response)?.isEmpty == false, "\(response)")
            #expect(try await server.patient(.GET, "/v1/responses/\(id)").body == first.body)
            let items = try await server.patient(.GET, "/v1/responses/\(id)/input_items").json()
            #expect((items["data"] as? [[String: Any]])?.first?["role"] as? String == "user" && items["has_more"] as? Bool == false)
            let second = try await server.patient(
                .POST, "/v1/responses",
                "{\"model\":\"acme/smol\",\"input\":\"What is my name?\",\"max_output_tokens\":8,\"previous_response_id\":\"\(id)\"}"
            ).json()
            #expect(second["previous_response_id"] as? String == id)
            let tokens = { (response: [String: Any]) in (response["usage"] as? [String: Any])?["input_tokens"] as? Int ?? 0 }
            #expect(tokens(second) > tokens(response) + 8, "the earlier messages are part of the prompt")
            #expect(try await server.patient(.DELETE, "/v1/responses/\(id)").json()["deleted"] as? Bool == true)
            for (method, path) in [("GET", "/v1/responses/\(id)"), ("DELETE", "/v1/responses/\(id)"), ("POST", "/v1/responses/\(id)/cancel")] {
                let answer = try await server.patient(.init(rawValue: method), path)
                #expect(try answer.status == 404 && (answer.json()["error"] as? [String: Any])?["code"] as? String == "not_found", "\(path)")
            }
            let lost = try await server.patient(
                .POST, "/v1/responses", "{\"model\":\"acme/smol\",\"input\":\"x\",\"previous_response_id\":\"\(id)\"}")
            #expect(try lost.status == 400 && (lost.json()["error"] as? [String: Any])?["param"] as? String == "previous_response_id")
            let unkept = try await server.patient(.POST, "/v1/responses", #"{"model":"acme/smol","input":"x","max_output_tokens":1,"store":false}"#)
                .json()
            #expect(unkept["store"] as? Bool == false && unkept["status"] as? String == "incomplete")
            #expect(try await server.patient(.GET, "/v1/responses/\(unkept["id"] as? String ?? "")").status == 404)
        }
    }

    @Test func `a response in the background goes on without its client, and can be canceled`() async throws {
        try await OpenAIServer.run { server in
            let begun = try await server.patient(
                .POST, "/v1/responses", #"{"model":"acme/smol","input":"Hi","max_output_tokens":4,"background":true}"#
            ).json()
            let id = try #require(begun["id"] as? String)
            #expect(begun["status"] as? String == "in_progress" && begun["background"] as? Bool == true)
            var response = begun
            while response["status"] as? String == "in_progress" {
                try await Task.sleep(for: .milliseconds(20))
                response = try await server.patient(.GET, "/v1/responses/\(id)").json()
            }
            #expect(["completed", "incomplete"].contains(response["status"] as? String ?? "") && text(response)?.isEmpty == false, "\(response)")
            #expect(try await server.patient(.POST, "/v1/responses/\(id)/cancel").status == 400)
            let long = try await server.patient(
                .POST, "/v1/responses", #"{"model":"acme/smol","input":"Count to a million.","max_output_tokens":1800,"background":true}"#
            ).json()
            let canceled = try await server.patient(.POST, "/v1/responses/\(long["id"] as? String ?? "")/cancel").json()
            #expect(canceled["status"] as? String == "cancelled")
            #expect(try await server.patient(.GET, "/v1/responses/\(long["id"] as? String ?? "")").json()["status"] as? String == "cancelled")
            while try await server.engine()["running"] as? Int != 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test func `a running stream is canceled by its id, and its engine stops`() async throws {
        try await OpenAIServer.run { server in
            var request = HTTPClientRequest(url: server.url + "/v1/responses")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: #"{"model":"acme/smol","input":"Count to a million.","max_output_tokens":1800,"stream":true}"#))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            var (body, isCanceled) = ("", false)
            for try await bytes in response.body {
                body += String(buffer: bytes)
                guard !isCanceled, body.contains("response.output_text.delta"), let id = body.firstMatch(of: /"id":"(resp_[0-9a-f]{32})"/)?.1 else {
                    continue
                }
                isCanceled = true
                #expect(try await server.patient(.POST, "/v1/responses/\(id)/cancel").json()["status"] as? String == "cancelled")
            }
            #expect(isCanceled && body.contains("event: response.cancelled") && body.hasSuffix("data: [DONE]\n\n"))
            while try await server.engine()["running"] as? Int != 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test func `what Codex sends is answered with the events that it reads`() async throws {
        let request = try String(contentsOfFile: TestEnvironment.testFile("../../Fixtures/codex/request.json").string, encoding: .utf8)
        try await OpenAIServer.run { server in
            let answer = try await server.patient(.POST, "/v1/responses", request)
            let body = String(decoding: answer.body, as: UTF8.self)
            #expect(answer.status == 200, "\(body)")
            let names = body.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
            #expect(names.first == "response.created" && ["response.completed", "response.incomplete"].contains(names.last ?? ""))
            #expect(names.contains("response.output_item.done"))
        }
    }
}
