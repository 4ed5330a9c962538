import RoostClient
import RoostCore
import Testing

/// What the client says about answers without a code, and about connections that fail.
struct FailureTests {
    private func failure(_ answer: BenchServer.Answer, _ ask: (RoostClient) async throws -> Void) async throws -> RoostError? {
        try await BenchServer.run { _ in
            answer
        } _: { server in
            let client = try RoostClient(server: server.url)
            return await #expect(throws: RoostError.self) { try await ask(client) }
        }
    }

    @Test(arguments: [
        (401, "unauthorized", "ROOST_API_KEY"), (403, "forbidden", "another scope"), (429, "rate_limited", "try again"),
        (507, "insufficient_space", "disk"), (503, "unexpected", "see its log"),
    ]) func `an answer to HEAD has its meaning in its status`(status: Int, code: String, words: String) async throws {
        let error = try await failure(.refusal(status, "")) {
            try await $0.send(file: "/no/file", sha256: String(repeating: "0", count: 64), size: 1)
        }
        #expect(error?.code.rawValue == code && error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("does not seem to be") == false)
    }

    @Test(arguments: [(400, "invalid_request"), (403, "forbidden"), (404, "model_not_found"), (418, "unexpected")])
    func `an error in the form of Ollama has the code of its status`(status: Int, code: String) async throws {
        let error = try await failure(.refusal(status, #"{"error":"Not so."}"#)) { _ = try await $0.models() }
        #expect(error?.code.rawValue == code && error?.message == "Not so.")
    }

    @Test func `a page of another program is no Roost server`() async throws {
        let error = try await failure(.refusal(404, "<html>")) { _ = try await $0.models() }
        #expect(error?.code == .unexpected && error?.message.contains("does not seem to be a Roost server") == true)
    }

    @Test func `only a refused connection means that no server runs, and others name their cause`() async throws {
        try await BenchServer.run { _ in
            .refusal(200, "[]")
        } _: { server in
            let port = try #require(server.url.split(separator: ":").last)
            for (url, words, isAbsent) in [
                ("http://127.0.0.1:9", "start one with `roost serve`", true), ("https://127.0.0.1:\(port)", "the TLS handshake failed", false),
                ("http://no-such-host.invalid:9", "the host name \"no-such-host.invalid\" cannot be resolved", false),
            ] {
                let error = try await #require(throws: RoostError.self) { _ = try await RoostClient(server: url).models() }
                #expect(error.code == .serverUnreachable && error.meansNoServer == isAbsent && error.message.contains(words), "\(error.message)")
            }
        }
    }

    @Test func `a file that cannot be read is named, and not a missing server`() async throws {
        let error = try await failure(.refusal(404, "")) { try await $0.send(file: "/no/file", sha256: String(repeating: "0", count: 64), size: 1) }
        #expect(error?.code == .fileSystem && error?.message.contains("\"/no/file\" cannot be read") == true, "\(error?.message ?? "")")
    }
}
