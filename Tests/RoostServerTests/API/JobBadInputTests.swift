import Foundation
import NIOHTTP1
import Testing

@Suite struct JobBadInputTests {
    private static func pull(_ rest: String) -> String { "{\"model\":\"a/b\",\(rest)}" }

    private static let pulls: [BadInput] = [
        .init("revision with ..", "/pull", pull(#""revision":"../x""#), field: "revision", says: "branch"),
        .init("revision with a space", "/pull", pull(#""revision":"a b""#), field: "revision", says: "branch"),
        .init("hidden revision", "/pull", pull(#""revision":"x/.git""#), field: "revision", says: "branch"),
        .init("absolute revision", "/pull", pull(#""revision":"/main""#), field: "revision", says: "branch"),
        .init("empty revision", "/pull", pull(#""revision":"""#), field: "revision", says: "1 to 256"),
        .init("user is a number", "/pull", pull(#""user_id":7"#), field: "user_id", says: "1 to 128"),
        .init("user with an escape", "/pull", pull(#""user_id":"a\u001b[2J""#), field: "user_id", says: "control"),
        .init("long workspace", "/pull", pull("\"workspace_id\":\"\(String(repeating: "x", count: 129))\""), field: "workspace_id", says: "128"),
        .init("tags is text", "/pull", pull(#""tags":"x""#), field: "tags", says: "array"),
        .init("no tags", "/pull", pull(#""tags":[]"#), field: "tags", says: "1 to 16"),
        .init("17 tags", "/pull", pull("\"tags\":[\(Array(repeating: "\"x\"", count: 17).joined(separator: ","))]"), field: "tags", says: "1 to 16"),
        .init("empty tag", "/pull", pull(#""tags":["x",""]"#), field: "tags[1]", says: "1 to 64"),
        .init("priority 101", "/pull", pull(#""priority":101"#), field: "priority", says: "-100 to 100"),
        .init("priority 1.5", "/pull", pull(#""priority":1.5"#), field: "priority", says: "whole number"),
        .init("max_retries -1", "/pull", pull(#""max_retries":-1"#), field: "max_retries", says: "0 to 100"),
        .init("run_after tomorrow", "/pull", pull(#""run_after":"tomorrow""#), field: "run_after", says: "2026"),
        .init("run_after elsewhere", "/pull", pull(#""run_after":"2026-01-01T00:00:00+02:00""#), field: "run_after", says: "UTC"),
        .init("callback without webhooks", "/pull", pull(#""callback_url":"http://10.0.0.1/x""#), field: "callback_url", says: "webhooks are off"),
        .init("callback is a number", "/pull", pull(#""callback_url":1"#), field: "callback_url", says: "2048"),
        .init("prune nothing", "/jobs/prune", "{}", field: "days", says: "keep"),
        .init("prune -1 days", "/jobs/prune", #"{"days":-1}"#, field: "days", says: "0 to"),
        .init("prune keep 0", "/jobs/prune", #"{"keep":0}"#, field: "keep", says: "1 to"),
        .init("dry_run 1", "/jobs/prune", #"{"days":1,"dry_run":1}"#, field: "dry_run", says: "true or false"),
        .init("no priority", "/jobs/x/priority", "{}", field: "priority", says: "missing"),
        .init("priority high", "/jobs/x/priority", #"{"priority":"high"}"#, field: "priority", says: "whole number"),
    ]

    private static let queries = [
        ("/jobs?status=banana", "status"), ("/jobs?limit=0", "limit"), ("/jobs?cursor=!!", "cursor"), ("/jobs?cursor=", "cursor"),
        ("/jobs?since=yesterday", "since"), ("/jobs?user=", "user"), ("/jobs?workspace=a%0Ab", "workspace"),
        ("/jobs?tag=\(String(repeating: "x", count: 65))", "tag"), ("/jobs/events?format=xml", "format"),
        ("/jobs/events?format=json&after=-1", "after"), ("/jobs/events?format=json&limit=1001", "limit"),
    ]

    @Test func `each bad field and parameter gets a 400 that names it and what is allowed, and leaves nothing behind`() async throws {
        try await RunningServer.run { server in
            for input in Self.pulls {
                let answer = try await server.send(.POST, input.path, body: input.body)
                let problem = try answer.json()
                let detail = problem["detail"] as? String ?? ""
                #expect(answer.status == 400 && problem["field"] as? String == input.field, "\(input.testDescription): \(answer.status) \(detail)")
                #expect(detail.contains(input.says) && detail.utf8.count < 600, "\(input.testDescription): \(detail)")
            }
            for (path, field) in Self.queries {
                let answer = try await server.send(.GET, path)
                #expect(answer.status == 400, "\(path)")
                #expect(try answer.json()["field"] as? String == field, "\(path)")
            }
            let answer = try await server.send(.GET, "/jobs/events", headers: ["Last-Event-ID": "x"])
            #expect(answer.status == 400)
            #expect(try await server.jobs().isEmpty)
        }
    }
}
