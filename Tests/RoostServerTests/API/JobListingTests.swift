import Foundation
import NIOHTTP1
import RoostAPI
import RoostCore
import Testing

@Suite struct JobListingTests {
    @Test func `pages follow each other without a gap or an echo while jobs are added and end`() async throws {
        try await RunningServer.run { server in
            var ids: [String] = []
            for number in 1...60 { ids.append(try await server.submit("a/m\(number)", #""tags":["t"],"user_id":"ann & bob""#)) }
            var path: String? = "/jobs?tag=t&limit=7&user=ann%20%26%20bob&unknown=1"
            var seen: [String] = []
            var added = 0
            while let next = path {
                let answer = try await server.send(.GET, next)
                #expect(answer.status == 200)
                seen += try server.decode([JobView].self, answer).map(\.job.id)
                path = answer.headers.first(name: "Link").flatMap { $0.split(separator: ">").first }.map { String($0.dropFirst()) }
                added += 1
                _ = try await server.submit("b/m\(added)", #""tags":["t"],"user_id":"ann & bob""#)
                _ = try await server.post("/jobs/\(ids[added])/cancel", "{}")
            }
            #expect(seen == ids.reversed())
        }
    }

    @Test func `the begin of an id, four characters or more, finds the job`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/a")
            for length in [4, 8, 20, 36] {
                let answer = try await server.send(.GET, "/jobs?id=\(id.prefix(length))")
                #expect(try server.decode([JobView].self, answer).map(\.job.id) == [id])
            }
            #expect(try await server.send(.GET, "/jobs?id=ffffffff").body == Data("[]".utf8))
            let short = try await server.send(.GET, "/jobs?id=\(id.prefix(3))")
            #expect(try short.status == 400 && short.json()["field"] as? String == "id")
        }
    }

    @Test func `each filter lets through what it names`() async throws {
        try await RunningServer.run { server in
            _ = try await server.submit("a/a", #""user_id":"ann","workspace_id":"lab","tags":["x","y"]"#)
            _ = try await server.submit("b/b", #""user_id":"bob","workspace_id":"lab","tags":["y"]"#)
            _ = try await server.submit("c/c")
            let expected = [
                "user=ann": ["a/a"], "workspace=lab": ["b/b", "a/a"], "tag=x": ["a/a"], "tag=y&user=bob": ["b/b"], "model=c/c": ["c/c"],
                "status=queued": ["c/c", "b/b", "a/a"], "status=failed": [], "since=2001-01-01T00:00:00Z": ["c/c", "b/b", "a/a"],
                "since=2098-12-31T23:59:59.5Z": [], "limit=1": ["c/c"],
            ]
            for (query, models) in expected {
                let answer = try await server.send(.GET, "/jobs?\(query)")
                #expect(try server.decode([JobView].self, answer).map(\.job.model) == models, "\(query)")
                #expect(answer.headers.contains(name: "Link") == (query == "limit=1"), "\(query)")
            }
        }
    }
}
