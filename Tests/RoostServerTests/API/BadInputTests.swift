import Foundation
import NIOHTTP1
import RoostServer
import SystemPackage
import Testing

@testable import HTTPServing

/// What a hostile or mistaken client sends, and the answer that it gets. The table of the README's bad inputs comes from here.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let path: String
    let body: [UInt8]
    let field: String
    /// A part of the message that says what is allowed.
    let says: String

    init(_ name: String, _ path: String, _ json: String, field: String, says: String) {
        self.init(name, path, bytes: Array(json.utf8), field: field, says: says)
    }

    init(_ name: String, _ path: String, bytes: [UInt8], field: String, says: String) {
        self.name = name
        self.path = path
        self.body = bytes
        self.field = field
        self.says = says
    }

    var testDescription: String { "\(path): \(name)" }

    private static func pull(_ model: String) -> String { "{\"model\":\"\(model)\"}" }
    private static func chat(_ rest: String) -> String { "{\"model\":\"a/b\",\(rest)}" }
    private static let hello = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]"

    static let pulls: [BadInput] = [
        .init("path traversal", "/pull", pull("../../etc/passwd"), field: "model", says: "org/name"),
        .init("three parts", "/pull", pull("a/b/c"), field: "model", says: "org/name"),
        .init("a NUL", "/pull", pull("a/b\\u0000"), field: "model", says: "NUL"),
        .init("100,000 characters", "/pull", pull(String(repeating: "x", count: 100_000)), field: "model", says: "2048 bytes"),
        .init("empty name", "/pull", pull(""), field: "model", says: "org/name"),
        .init("no model", "/pull", "{}", field: "model", says: "missing"),
        .init("model is a number", "/pull", "{\"model\":7}", field: "model", says: "string"),
        .init("a file outside", "/pull", pull("a/b:../x"), field: "model", says: "Q4_K_M"),
        .init("quantize banana", "/pull", "{\"model\":\"a/b\",\"quantize\":\"banana\"}", field: "quantize", says: "auto, q4, fp16, no"),
        .init("init maybe", "/pull", "{\"model\":\"a/b\",\"init\":\"maybe\"}", field: "init", says: "true or false"),
        .init("init 1", "/pull", "{\"model\":\"a/b\",\"init\":1}", field: "init", says: "true or false"),
        .init("projector no", "/pull", "{\"model\":\"a/b\",\"projector\":\"no\"}", field: "projector", says: "true or false"),
        .init("an array", "/pull", "[1,2]", field: "body", says: "JSON object"),
        .init("no JSON", "/pull", "model=a/b", field: "body", says: "JSON object"),
        .init("no body", "/pull", "", field: "body", says: "JSON object"),
        .init("invalid UTF-8", "/pull", bytes: Array("{\"model\":\"a/".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), field: "body", says: "UTF-8"),
        .init("1,000 levels deep", "/pull", String(repeating: "[", count: 1000), field: "body", says: "JSON object"),
        .init(
            "65 levels deep", "/pull", "{\"model\":\"a/b\",\"tags\":\(String(repeating: "[", count: 64))\(String(repeating: "]", count: 64))}",
            field: "body", says: "more than 64 arrays"),
        .init(
            "257 fields", "/pull", "{\"model\":\"a/b\"\((1...256).map { ",\"f\($0)\":0" }.joined())}", field: "body",
            says: "at most 256 fields; it has 257"),
    ]

    static let chats: [BadInput] = [
        .init("path traversal", "/chat", "{\"model\":\"../../etc/passwd\",\(hello)}", field: "model", says: "org/name"),
        .init("no messages", "/chat", "{\"model\":\"a/b\"}", field: "messages", says: "missing"),
        .init("empty messages", "/chat", chat("\"messages\":[]"), field: "messages", says: "1 to 1000"),
        .init("messages is text", "/chat", chat("\"messages\":\"Hello\""), field: "messages", says: "array"),
        .init("a message is text", "/chat", chat("\"messages\":[\"Hello\"]"), field: "messages[0]", says: "object"),
        .init(
            "unknown role", "/chat", chat("\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]"), field: "messages[0].role",
            says: "system, developer, user, assistant"),
        .init("no content", "/chat", chat("\"messages\":[{\"role\":\"user\"}]"), field: "messages[0].content", says: "missing"),
        .init("timeout 0", "/chat", chat("\"timeout\":0,\(hello)"), field: "timeout", says: "1 to 600"),
        .init("timeout 601", "/chat", chat("\"timeout\":601,\(hello)"), field: "timeout", says: "1 to 600"),
        .init("max_tokens 0", "/chat", chat("\"max_tokens\":0,\(hello)"), field: "max_tokens", says: "whole number"),
        .init("max_tokens 1.5", "/chat", chat("\"max_tokens\":1.5,\(hello)"), field: "max_tokens", says: "whole number"),
        .init("max_tokens 1e400", "/chat", chat("\"max_tokens\":1e400,\(hello)"), field: "max_tokens", says: "whole number"),
        .init("temperature hot", "/chat", chat("\"temperature\":\"hot\",\(hello)"), field: "temperature", says: "0 to 2"),
        .init("stream 1", "/chat", chat("\"stream\":1,\(hello)"), field: "stream", says: "true or false"),
    ]

    static let openAI: [BadInput] = [
        .init("no model", "/v1/chat/completions", "{\(hello)}", field: "model", says: "missing"),
        .init("no messages", "/v1/chat/completions", "{\"model\":\"a/b\"}", field: "messages", says: "missing"),
        .init("no input", "/v1/embeddings", "{\"model\":\"a/b\"}", field: "input", says: "missing"),
        .init("empty messages", "/v1/chat/completions", chat("\"messages\":[]"), field: "messages", says: "1 to"),
        .init("unknown role", "/v1/chat/completions", chat("\"messages\":[{\"role\":\"wizard\"}]"), field: "messages[0].role", says: "assistant"),
        .init("an array", "/v1/chat/completions", "[]", field: "body", says: "JSON object"),
    ]
}

@Suite struct BadInputTests {
    @Test func `each bad input gets a 400 that names the field and what is allowed, and leaves nothing behind`() async throws {
        try await RunningServer.run { server in
            for input in BadInput.pulls + BadInput.chats {
                let answer = try await server.send(.POST, input.path, body: input.body)
                let problem = try answer.json()
                let detail = try #require(problem["detail"] as? String)
                #expect(answer.status == 400, "\(input.testDescription)")
                #expect(answer.headers.first(name: "Content-Type") == "application/problem+json")
                #expect(problem["field"] as? String == input.field, "\(input.testDescription): \(detail)")
                #expect(detail.contains(input.says), "\(input.testDescription): \(detail)")
                #expect(detail.utf8.count < 600)
                print("| \(input.testDescription) | \(answer.status) | \(detail) |")
            }
            #expect(try await server.jobs().isEmpty)
            let files = try FileManager.default.contentsOfDirectory(atPath: server.home.string)
            #expect(Set(files).isSubset(of: ["jobs.db", "jobs.db-wal", "jobs.db-shm", "keys.db", "keys.db-wal", "keys.db-shm", "roost.lock", "run"]))
            #expect(!FileManager.default.fileExists(atPath: server.home.removingLastComponent().appending("hf").string))
        }
    }

    @Test func `on v1 a bad input gets OpenAI's error shape`() async throws {
        try await RunningServer.run { server in
            try await pullNothing(server)
            for input in BadInput.openAI {
                let answer = try await server.send(.POST, input.path, body: input.body)
                let error = try #require(try answer.json()["error"] as? [String: Any])
                #expect(answer.status == 400)
                #expect(error["param"] as? String == input.field, "\(input.testDescription)")
                #expect(error["type"] as? String == "invalid_request_error")
                #expect(error["code"] as? String == "invalid_request")
                #expect((error["message"] as? String)?.contains(input.says) == true, "\(input.testDescription): \(error)")
            }
        }
    }

    private func pullNothing(_ server: RunningServer) async throws { #expect(try await server.jobs().isEmpty) }

    @Test(.timeLimit(.minutes(10))) func `deep and wide JSON is refused at once and delays no other request`() async throws {
        try await RunningServer.run { server in
            let deep = String(repeating: "[", count: 500) + String(repeating: "{},", count: 100_000) + "{}" + String(repeating: "]", count: 500)
            for _ in 0..<4 {
                let answer = try await server.post("/chat", deep)
                #expect(answer.status == 400)
            }
        }
    }

    @Test func `a body over 1 MiB gets 413`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.send(.POST, "/pull", body: [UInt8](repeating: 32, count: 1 << 20 | 1))
            #expect(answer.status == 413)
            #expect(try answer.json()["code"] as? String == "too_large")
        }
    }

    @Test(arguments: [
        ("/jobs?status=banana", "status"), ("/jobs?limit=0", "limit"), ("/jobs?limit=1001", "limit"), ("/jobs?limit=x", "limit"),
        ("/jobs?model=a/b/c", "model"),
    ]) func `a bad filter gets a 400 that names it`(path: String, field: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.send(.GET, path)
            #expect(answer.status == 400)
            #expect(try answer.json()["field"] as? String == field)
        }
    }

    @Test(arguments: ["/nope", "/jobs/nope", "/jobs/..%2F..%2Fetc%2Fpasswd", "/v1/nope", "/chat/x"])
    func `what is not there gets a 404 with a sentence`(path: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.send(.GET, path)
            #expect(answer.status == 404)
            #expect(!answer.body.isEmpty)
        }
    }
}
