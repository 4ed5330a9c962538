import NIOHTTP1
import Testing

/// `GET /v1/models/{id}`, which OpenAI's clients ask for with an encoded slash or a plain one.
@Suite struct OpenAIModelTests {
    @Test func `an id that is listed tells its model, however its slash is written, and a name without quantisation too`() async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            let list = try #require(try await server.send(.GET, "/v1/models").json()["data"] as? [[String: Any]])
            #expect(list.map { $0["id"] as? String } == ["acme/tiny:Q4_0"])
            for path in ["acme/tiny:Q4_0", "acme%2Ftiny:Q4_0", "acme%2Ftiny%3AQ4_0", "acme/tiny"] {
                let answer = try await server.send(.GET, "/v1/models/\(path)")
                let model = try answer.json()
                #expect(answer.status == 200 && model["id"] as? String == "acme/tiny:Q4_0", "\(path)")
                #expect(
                    model["object"] as? String == "model" && model["owned_by"] as? String == "roost" && model["created"] as? Int ?? 0 > 1_700_000_000)
            }
        }
    }

    @Test(arguments: ["acme/other", "acme%2Ftiny:Q8_0", "gpt-4o", "..%2F..%2Fetc"])
    func `what is not here is a 404 in OpenAI's shape`(path: String) async throws {
        try await RunningServer.run { server in
            _ = try CachedModel(in: server)
            let answer = try await server.send(.GET, "/v1/models/\(path)")
            let error = try #require(try answer.json()["error"] as? [String: Any])
            #expect(answer.status == 404 && error["code"] as? String == "model_not_found" && error["param"] as? String == "model", "\(error)")
            #expect(error["type"] as? String == "invalid_request_error" && (error["message"] as? String)?.isEmpty == false)
        }
    }
}
