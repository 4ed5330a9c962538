import Foundation
import NIOHTTP1
import Testing

@testable import RoostServer

@Suite struct FrontDoorTests {
    private static let routes = ["/health", "/jobs", "/models", "/v1/models", "/v1/chat/completions", "/pull", "/chat", "/bandwidth"]

    @Test(arguments: [
        ("evil.example", 403), ("evil.example:8005", 403), ("127.0.0.1.evil.example", 403), ("10.0.0.7", 403), ("x.localhost", 403), ("", 400),
        ("[::1]evil.example", 400), ("localhost:80@evil.example", 400), ("2130706433", 400), ("localhost:8005", 200), ("127.0.0.1", 200),
        ("127.9.9.9:1", 200), ("[::1]:8005", 200), ("LOCALHOST.", 200), ("roost.lan", 200), ("roost.lan:8005", 200), ("tls.lan", 200),
        ("tls.lan:80", 403),
    ])
    func `only names of this server are answered`(host: String, status: Int) async throws {
        try await RunningServer.run {
            $0.allowedHosts = ["roost.lan", "tls.lan:443"]
        } _: { server in
            let answer = try await server.send(.GET, "/jobs", headers: ["Host": host])
            #expect(answer.status == status)
        }
    }

    @Test func `two Host headers are refused, whichever of them is ours`() async throws {
        try await RunningServer.run { server in
            for hosts in [["127.0.0.1", "evil.example"], ["evil.example", "127.0.0.1"], ["127.0.0.1", "127.0.0.1"]] {
                let answer = try await server.send(.GET, "/jobs", headers: HTTPHeaders(hosts.map { ("Host", $0) }))
                #expect(answer.status == 400)
                #expect(try answer.json()["code"] as? String == "invalid_request" && answer.json()["field"] as? String == "Host")
            }
        }
    }

    @Test func `with allow-remote any address reaches the server, and only its own pages do`() async throws {
        try await RunningServer.run {
            $0.host = "0.0.0.0"
            $0.allowRemote = true
            $0.insecure = true
        } _: { server in
            #expect(try await server.send(.GET, "/jobs", headers: ["Host": "192.168.1.5:8005"]).status == 200)
            #expect(try await server.send(.GET, "/jobs", headers: ["Host": "evil.example"]).status == 403)
            let body = Array(#"{"model":"org/name"}"#.utf8)
            for (path, body) in [("/pull", body), ("/jobs/prune", Array(#"{"days":0}"#.utf8)), ("/models/gc", Array("{}".utf8))] {
                for origin in ["http://203.0.113.5", "http://203.0.113.5:8005", "http://192.168.1.6:8005", "http://localhost:3000", "null"] {
                    let headers: HTTPHeaders = ["Host": "192.168.1.5:8005", "Origin": origin, "Content-Type": "text/plain"]
                    let answer = try await server.send(.POST, path, headers: headers, body: body)
                    #expect(answer.status == 403, "\(path) \(origin)")
                    #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == nil)
                }
            }
            #expect(try await server.jobs().isEmpty)
            let own: HTTPHeaders = ["Host": "192.168.1.5:8005", "Origin": "http://192.168.1.5:8005"]
            #expect(try await server.send(.POST, "/pull", headers: own, body: body).status == 202)
        }
    }

    @Test func `what a page of another site makes a browser send without an origin is refused`() async throws {
        try await RunningServer.run { server in
            for (site, status) in [("cross-site", 403), ("same-origin", 200)] {
                let answer = try await server.send(.GET, "/jobs", headers: ["Sec-Fetch-Site": site])
                #expect(answer.status == status)
            }
        }
    }

    @Test func `a page that may use the server is asked and told as browsers expect, on every route`() async throws {
        try await RunningServer.run {
            $0.allowedHosts = ["app.example.com"]
        } _: { server in
            for origin in ["https://app.example.com", "http://localhost:3000"] {
                for path in Self.routes {
                    let question: HTTPHeaders = [
                        "Origin": origin, "Access-Control-Request-Method": "POST",
                        "Access-Control-Request-Headers": "authorization, content-type,x-stainless-os", "Sec-Fetch-Site": "cross-site",
                    ]
                    let answer = try await server.send(.OPTIONS, path, headers: question)
                    #expect(answer.status == 204, "\(path)")
                    #expect(answer.headers["Access-Control-Allow-Origin"] == [origin])
                    #expect(answer.headers["Access-Control-Allow-Headers"] == ["authorization, content-type, x-stainless-os"])
                    #expect(answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"])
                    #expect(answer.headers["Vary"] == ["Origin"])
                    #expect(answer.headers["Access-Control-Allow-Credentials"].isEmpty)
                }
                for (path, status) in [("/v1/models", 200), ("/jobs", 200), ("/nothing", 404), ("/v1/nothing", 404)] {
                    let answer = try await server.send(.GET, path, headers: ["Origin": origin])
                    #expect(answer.status == status)
                    #expect(answer.headers["Access-Control-Allow-Origin"] == [origin])
                    #expect(
                        answer.headers["Access-Control-Expose-Headers"] == [
                            "Link, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, X-Roost-Queue-Position, X-Roost-Estimated-Wait, x-should-retry"
                        ])
                }
                let refused = try await server.send(.POST, "/v1/chat/completions", headers: ["Origin": origin], body: Array("{}".utf8))
                #expect(refused.status == 400 && refused.headers["Access-Control-Allow-Origin"] == [origin])
            }
        }
    }

    @Test func `other pages, and programs, are told nothing of this`() async throws {
        try await RunningServer.run { server in
            for path in Self.routes {
                for origin in ["https://other.example", "null"] {
                    let question: HTTPHeaders = ["Origin": origin, "Access-Control-Request-Method": "POST"]
                    let answer = try await server.send(.OPTIONS, path, headers: question)
                    #expect(answer.status == 403)
                    #expect(!answer.headers.contains { $0.name.lowercased().hasPrefix("access-control") })
                }
            }
            let program = try await server.send(.OPTIONS, "/jobs", headers: ["Access-Control-Request-Method": "POST"])
            #expect(!program.headers.contains { $0.name.lowercased().hasPrefix("access-control") })
            #expect(program.headers["Vary"] == ["Origin"])
        }
    }

    @Test(arguments: ["content-type, two words", "x:y", String(repeating: "x-y,", count: 2000)])
    func `headers that are none, or too many, are not allowed`(list: String) async throws {
        try await RunningServer.run { server in
            let question: HTTPHeaders = [
                "Origin": "http://localhost:1", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": list,
            ]
            let answer = try await server.send(.OPTIONS, "/chat", headers: question)
            #expect(answer.status == 204 && answer.headers["Access-Control-Allow-Headers"].isEmpty)
        }
    }

    @Test(arguments: [
        ("/pull", "OPTIONS, POST"), ("/jobs", "GET, HEAD, OPTIONS"), ("/jobs/export", "GET, HEAD, OPTIONS"),
        ("/jobs/x", "DELETE, GET, HEAD, OPTIONS"),
        ("/jobs/x/cancel", "OPTIONS, POST"), ("/bandwidth", "DELETE, GET, HEAD, OPTIONS, PUT"), ("/v1/models", "GET, HEAD, OPTIONS"),
        ("/v1/chat/completions", "OPTIONS, POST"), ("/models/org/name", "DELETE, GET, HEAD, OPTIONS"), ("/models/gc", "OPTIONS, POST"),
        ("//jobs//", "GET, HEAD, OPTIONS"), ("/health/", "GET, HEAD, OPTIONS"),
    ])
    func `each path says which methods it has`(path: String, allow: String) async throws {
        try await RunningServer.run { server in
            let asked = try await server.send(.OPTIONS, path)
            #expect(asked.status == 204 && asked.headers["Allow"] == [allow])
            for method in [HTTPMethod.PATCH, .TRACE, .PROPFIND] {
                let answer = try await server.send(method, path)
                #expect(answer.status == 405 && answer.headers["Allow"] == [allow])
                let isOpenAI = path.hasPrefix("/v1/")
                let code = isOpenAI ? (try answer.json()["error"] as? [String: Any])?["code"] : try answer.json()["code"]
                #expect(code as? String == "method_not_allowed")
            }
            #expect(try await server.send(.OPTIONS, "/nothing").status == 404)
        }
    }

    @Test func `a head has no body and what else the answer would have, also where there is nothing`() async throws {
        try await RunningServer.run { server in
            // On one connection: a body after a head would be read as the next answer.
            for (path, status) in [
                ("/health", 200), ("/nothing", 404), ("/pull", 405), ("/jobs/nothing", 404), ("/v1/nothing", 404), ("/jobs?limit=x", 400),
            ] {
                let head = try await server.send(.HEAD, path)
                #expect(head.status == status && head.body.isEmpty, "\(path)")
                guard path != "/pull" else { continue }
                let whole = try await server.send(.GET, path)
                #expect(head.headers["Content-Length"] == whole.headers["Content-Length"])
                #expect(head.headers["Content-Type"] == whole.headers["Content-Type"])
            }
            #expect(try await server.send(.HEAD, "/jobs", headers: ["Host": "evil.example"]).body.isEmpty)
        }
    }

    @Test func `empty segments of a path do not count, for the answer's form as for the route`() async throws {
        try await RunningServer.run { server in
            #expect(try await server.send(.GET, "//v1//models/").json()["object"] as? String == "list")
            let problem = try await server.send(.POST, "/v1//chat/completions/", body: Array(#"{"messages":[{"role":"user","content":"x"}]}"#.utf8))
            let error = try problem.json()["error"] as? [String: Any]
            #expect(problem.status == 400 && error?["param"] as? String == "model")
            let chat = try await server.post("//chat/", "{}")
            #expect(try chat.status == 400 && chat.json()["field"] as? String == "model")
        }
    }
}
