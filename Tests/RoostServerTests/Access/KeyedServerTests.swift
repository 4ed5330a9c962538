import Access
import Foundation
import HTTPTypes
import NIOHTTP1
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// A server with keys, over real HTTP.
@Suite struct KeyedServerTests {
    @Test func `without a key in keys db a server of this machine is open, whatever is sent`() async throws {
        try await RunningServer.run { server in
            for key in [nil, "sk-anything", try APIKey.make().text.value] {
                #expect(try await server.send(.GET, "/jobs", key: key).status == 200)
                #expect(try await server.send(.GET, "/diag", key: key).status == 200)
            }
            #expect(try FileManager.default.attributesOfItem(atPath: server.home.appending("keys.db").string)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `with a key every route but health and the page needs one, in the words of its dialect`() async throws {
        let routes = try await RouteScopesTests.routes()
        try await RunningServer.runKeyed { server, _ in
            for route in routes where route.pattern == "/" || RouteScopes.need(of: route.method, route.pattern) != .nothing {
                let path = route.pattern.replacing(/\{\w+\}|\*\*/, with: "x")
                for key in [nil, "sk-wrong", try APIKey.make().text.value] {
                    let answer = try await server.send(HTTPMethod(rawValue: route.method.rawValue), path, key: key)
                    #expect(answer.status == 401 && answer.headers["WWW-Authenticate"] == ["Bearer realm=\"roost\""], "\(route.method) \(path)")
                    if route.pattern.hasPrefix("/v1/messages") {
                        #expect(try (answer.json()["error"] as? [String: Any])?["type"] as? String == "authentication_error", "\(path)")
                    } else if route.pattern.hasPrefix("/v1/") {
                        #expect(try (answer.json()["error"] as? [String: Any])?["code"] as? String == "unauthorized", "\(path)")
                    }
                }
            }
            // No key is looked at: a wrong one does not turn a healthy server into one that fails its health check.
            #expect(try await server.send(.GET, "/health", key: "sk-wrong").status == 200)
            for path in ["/nothing", "//jobs//", "/jobs/", "/%6aobs", "/health/../jobs", "/v1/nothing", "/health/x"] {
                #expect(try await server.send(.GET, path, key: nil).status == 401, "\(path)")
            }
            #expect(try await server.send(.POST, "/health", key: nil).status == 401)
            #expect(try await server.send(.PATCH, "/jobs", key: nil).status == 401)
            #expect(try await server.send(.GET, "/health", key: nil).status == 200)
            #expect(try await server.send(.HEAD, "/health", key: nil).status == 200)
            #expect(try await server.send(.OPTIONS, "/jobs", key: nil).status == 204)
        }
    }

    @Test func `each key does what its scope allows, and no more`() async throws {
        let routes = try await RouteScopesTests.routes()
        try await RunningServer.runKeyed { server, keys in
            for scope in KeyScope.allCases where scope != .admin {
                for route in routes {
                    guard case .scope(let scopes)? = RouteScopes.need(of: route.method, route.pattern), !scopes.contains(scope) else { continue }
                    let path = route.pattern.replacing(/\{\w+\}|\*\*/, with: "x")
                    let answer = try await server.send(HTTPMethod(rawValue: route.method.rawValue), path, key: keys[scope])
                    #expect(answer.status == 403, "\(scope): \(route.method) \(path)")
                }
            }
            for (path, allowed) in [
                ("/models", KeyScope.allCases), ("/v1/models", KeyScope.allCases), ("/jobs", [.pull, .read, .admin]), ("/status", [.read, .admin]),
                ("/metrics", [.read, .admin]), ("/diag", [.admin]), ("/jobs/export", [.admin]),
            ] as [(String, [KeyScope])] {
                for scope in KeyScope.allCases {
                    #expect(try await server.send(.GET, path, key: keys[scope]).status == (allowed.contains(scope) ? 200 : 403), "\(scope) \(path)")
                }
            }
            let refused = try await server.send(.POST, "/pull", key: keys[.chat], body: #"{"model":"a/b"}"#).json()
            #expect(refused["code"] as? String == "forbidden" && (refused["detail"] as? String)?.contains("needs pull or admin") == true)
            #expect(try await server.send(.GET, "/nothing", key: keys[.chat]).status == 404)
            #expect(try await server.send(.DELETE, "/jobs", key: keys[.chat]).status == 405)
        }
    }

    @Test func `a key is asked for before the body is read`() async throws {
        try await RunningServer.runKeyed { server, _ in
            for path in ["/v1/chat/completions", "/chat", "/pull"] {
                let answer = try await RawConnection.open(to: server.port) { connection in
                    try await connection.send(
                        "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n")
                    return await connection.readToEnd()
                }
                #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.lowercased().contains("connection: close"), "\(answer)")
            }
        }
    }

    @Test func `a page learns that it needs a key, and may ask before it has one`() async throws {
        try await RunningServer.runKeyed {
            $0.allowedHosts = ["app.example.com"]
        } _: { server, keys in
            let page: HTTPHeaders = ["Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"]
            let question: HTTPHeaders = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-api-key"]
            var headers = page
            headers.add(contentsOf: question)
            let preflight = try await server.send(.OPTIONS, "/v1/chat/completions", headers: headers)
            #expect(preflight.status == 204 && preflight.headers["Access-Control-Allow-Headers"] == ["authorization, x-api-key"])
            let refused = try await server.send(.GET, "/v1/models", headers: page)
            #expect(refused.status == 401 && refused.headers["Access-Control-Allow-Origin"] == ["https://app.example.com"])
            var keyed = page
            keyed.add(name: "Authorization", value: "Bearer \(keys[.chat] ?? "")")
            #expect(try await server.send(.GET, "/v1/models", headers: keyed).status == 200)
        }
    }

    @Test(.timeLimit(.minutes(10))) func `the first key closes a running server, and a revocation or rotation applies while it runs`() async throws {
        try await RunningServer.run { server in
            #expect(try await server.send(.GET, "/jobs", key: nil).status == 200)
            let (key, stored) = try server.withKeys { try $0.create(NewKey(name: "first", scopes: [.admin])) }
            try await server.wait(for: 401, "/jobs", key: nil)
            #expect(try await server.send(.GET, "/jobs", key: key.text.value).status == 200)
            let fresh = try server.withKeys { try $0.rotate(stored.id, overlap: 0).key.text.value }
            try await server.wait(for: 401, "/jobs", key: key.text.value)
            #expect(try await server.send(.GET, "/jobs", key: fresh).status == 200)
            _ = try server.withKeys { try $0.revoke(stored.id) }
            try await server.wait(for: 401, "/jobs", key: fresh)
            let answer = try await server.send(.GET, "/jobs", key: fresh).json()
            #expect((answer["detail"] as? String)?.contains("is revoked") == true)
            // No key is left, and the server does not become open again.
            #expect(try await server.send(.GET, "/jobs", key: nil).status == 401)
        }
    }

    @Test(.timeLimit(.minutes(10))) func `a stream of events ends with its key`() async throws {
        try await RunningServer.runKeyed { server, keys in
            let stored = try server.withKeys { try $0.keys() }
            for scope in [KeyScope.read, .admin] {
                let key = try #require(stored.first { $0.scopes == [scope] })
                let hasEnded = try await server.follow("/jobs/events", key: keys[scope]) { _ in
                    _ = try? server.withKeys { try $0.revoke(key.id) }
                } onEvent: { _ in
                    true
                }
                #expect(hasEnded)
                #expect(try await server.send(.GET, "/jobs/events", key: keys[scope]).status == 401)
            }
        }
        // A server that was open.
        try await RunningServer.run { server in
            let hasEnded = try await server.follow("/jobs/events") { _ in
                _ = try? server.withKeys { try $0.create(NewKey(name: "first", scopes: [.admin])) }
            } onEvent: { _ in
                true
            }
            #expect(hasEnded)
        }
    }

    @Test func `the last use of a key is written at the latest when the server stops`() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path.appending("home")
        let key = try RunningServer.key("ci", [.read], in: home)
        try await RunningServer.run {
            $0.home = home
        } _: { server in
            let answer = try await server.send(.GET, "/jobs", key: key)
            #expect(answer.status == 200)
        }
        let used = try RunningServer.withKeys(in: home) { try $0.keys() }.first?.lastUsedAt
        #expect(try #require(used).timeIntervalSinceNow > -600)
    }

    @Test func `a server that others reach starts with a key, or insecure`() async throws {
        let open: (inout ServerSettings) -> Void = {
            $0.host = "0.0.0.0"
            $0.allowRemote = true
        }
        let error = await #expect(throws: RoostError.self) { try await RunningServer.run(open) { _ in } }
        #expect(error?.code == .invalidConfiguration && error?.message.contains("roost keys create") == true)
        #expect(error?.message.contains("--insecure") == true)
        try await RunningServer.run {
            open(&$0)
            $0.insecure = true
        } _: { server in
            let answer = try await RunningServer(url: "http://127.0.0.1:\(server.port)", home: server.home).send(.GET, "/jobs", key: nil)
            #expect(answer.status == 200)
        }
        try await RunningServer.runKeyed(open) { server, keys in
            let reached = RunningServer(url: "http://127.0.0.1:\(server.port)", home: server.home)
            let (without, with) = (try await reached.send(.GET, "/jobs", key: nil), try await reached.send(.GET, "/jobs", key: keys[.read]))
            #expect(without.status == 401 && with.status == 200)
        }
    }

    @Test func `no secret of a key is in a log, an answer or jobs db`() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path.appending("home")
        let lines = LogLines()
        let keys = [try RunningServer.key("ci", [.admin], in: home), try APIKey.make().text.value]
        try await RunningServer.run(logger: lines.logger) {
            $0.home = home
        } _: { server in
            for key in keys {
                for headers in [["Authorization": "Bearer \(key)"], ["X-Api-Key": key]] as [HTTPHeaders] {
                    for path in ["/jobs", "/status", "/diag", "/metrics", "/nothing"] {
                        let answer = try await server.send(.GET, path, headers: headers)
                        #expect(!String(decoding: answer.body, as: UTF8.self).contains(key.suffix(32)), "\(path)")
                    }
                    _ = try await server.send(
                        .POST, "/pull", headers: headers, body: Array(#"{"model":"a/b","run_after":"2099-01-01T00:00:00Z"}"#.utf8))
                }
            }
        }
        let id = String(keys[0].dropFirst(4).prefix(8))
        #expect(!lines.containing("key=\(id)").isEmpty)
        for key in keys {
            let secret = String(key.suffix(32))
            #expect(lines.containing(secret).isEmpty)
            for name in ["jobs.db", "keys.db"] {
                let content = try #require(FileManager.default.contents(atPath: home.appending(name).string))
                #expect(content.firstRange(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
    }
}
