import Access
import Foundation
import NIOHTTP1
import RoostCore
import TestSupport
import Testing

@testable import RoostServer

/// The log-in of the web page, over real HTTP.
@Suite struct PageKeyTests {
    /// The halves that a log-in gives, and the name and the whole text of the cookie.
    private struct Halves {
        let page: String
        let name: String
        let cookie: String
        let header: String

        func headers(_ more: HTTPHeaders = [:]) -> HTTPHeaders {
            var headers: HTTPHeaders = ["Cookie": "other=1; \(name)=\(cookie)", "X-Roost-Page": page]
            headers.add(contentsOf: more)
            return headers
        }
    }

    private static let own: HTTPHeaders = ["Sec-Fetch-Site": "same-origin"]

    private func logIn(_ server: RunningServer, _ key: String, headers: HTTPHeaders = own) async throws -> Halves {
        let answer = try await server.send(.POST, "/page/login", headers: headers, body: Array(#"{"key":"\#(key)"}"#.utf8))
        #expect(answer.status == 200 && answer.headers["Cache-Control"] == ["no-store"])
        #expect(!String(decoding: answer.body, as: UTF8.self).contains(key.suffix(32)))
        let header = try #require(answer.headers.first(name: "Set-Cookie"))
        let (_, name, cookie) = try #require(header.firstMatch(of: /^(roost_page[_0-9]*)=([0-9a-f]{88});/)?.output)
        return Halves(page: try #require(answer.json()["half"] as? String), name: String(name), cookie: String(cookie), header: header)
    }

    @Test func `both halves together are the key, and one of them is nothing`() async throws {
        try await RunningServer.runKeyed { server, keys in
            let halves = try await logIn(server, try #require(keys[.read]))
            #expect(halves.header.hasSuffix("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"))
            #expect(try await server.send(.GET, "/status", headers: halves.headers(Self.own)).status == 200)
            #expect(try await server.send(.GET, "/audit", headers: halves.headers(Self.own)).status == 403)
            let cookie: HTTPHeaders = ["Cookie": "\(halves.name)=\(halves.cookie)"]
            let page: HTTPHeaders = ["X-Roost-Page": halves.page]
            for headers in [cookie, page] { #expect(try await server.send(.GET, "/status", headers: headers).status == 401) }
            // Two log-ins with one key have different halves, which do not fit each other.
            let second = try await logIn(server, try #require(keys[.read]))
            #expect(second.cookie != halves.cookie && second.page != halves.page)
            let mixed = Halves(page: second.page, name: halves.name, cookie: halves.cookie, header: "")
            #expect(try await server.send(.GET, "/status", headers: mixed.headers(Self.own)).status == 401)
            for wrong in ["", "zz", String(repeating: "0", count: 88), String(repeating: "é", count: 44), String(repeating: "a", count: 100_0)] {
                let broken = Halves(page: wrong, name: halves.name, cookie: halves.cookie, header: "")
                #expect([400, 401].contains(try await server.send(.GET, "/status", headers: broken.headers(Self.own)).status), "\(wrong)")
            }
        }
    }

    @Test func `servers on two ports of a host have cookies of their own`() async throws {
        try await RunningServer.runKeyed { server, keys in
            let halves = try await logIn(server, try #require(keys[.read]))
            #expect(halves.name == "roost_page_\(server.port)")
            for others in ["roost_page_1", "roost_page"] {
                var headers = halves.headers(Self.own)
                headers.replaceOrAdd(name: "Cookie", value: "\(others)=\(String(repeating: "0", count: 88)); \(halves.name)=\(halves.cookie)")
                #expect(try await server.send(.GET, "/status", headers: headers).status == 200, "\(others)")
            }
            let moved = Halves(page: halves.page, name: "roost_page_1", cookie: halves.cookie, header: "")
            #expect(try await server.send(.GET, "/status", headers: moved.headers(Self.own)).status == 401)
        }
    }

    @Test func `only requests of the page itself have its key`() async throws {
        try await RunningServer.runKeyed { server, keys in
            let halves = try await logIn(server, try #require(keys[.admin]))
            let body = Array(#"{"model":"a/b","run_after":"2099-01-01T00:00:00Z"}"#.utf8)
            let host = "http://127.0.0.1:\(server.port)"
            for (headers, status) in [
                (["Sec-Fetch-Site": "same-origin"], 202), (["Sec-Fetch-Site": "same-origin", "Origin": host], 202), (["Origin": host], 202),
                // Another port of this machine, and a page that the operator allows: they may use the server with a key of their own.
                (["Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:3000"], 401), (["Origin": "http://127.0.0.1:3000"], 401),
                (["Sec-Fetch-Site": "cross-site", "Origin": "https://app.example.com"], 403), (["Sec-Fetch-Site": "cross-site"], 403),
                (["Sec-Fetch-Site": "none"], 401), (["Origin": "null"], 403), ([:], 401),
            ] as [([String: String], Int)] {
                let answer = try await server.send(.POST, "/pull", headers: halves.headers(HTTPHeaders(headers.map { ($0, $1) })), body: body)
                #expect(answer.status == status, "\(headers)")
                #expect(answer.headers.first(name: "Access-Control-Allow-Credentials") == nil)
            }
            // A browser on plain HTTP names no page when it reads; the half in the header does.
            #expect(try await server.send(.GET, "/audit", headers: halves.headers()).status == 200)
        }
    }

    @Test func `a log-in ends with its key, with a log-out, and counts as its key everywhere`() async throws {
        try await RunningServer.run { server in
            let (key, stored) = try server.withKeys { try $0.create(NewKey(name: "ann", scopes: [.pull, .read])) }
            try await server.wait(for: 401, "/jobs", key: nil)
            let halves = try await logIn(server, key.text.value)
            let me = try await server.send(.GET, "/page/me", headers: halves.headers(Self.own)).json()
            #expect(me["needs_key"] as? Bool == false && (me["key"] as? [String: Any])?["id"] as? String == stored.id)
            #expect(me["scopes"] as? [String] == ["pull", "read"] && me["version"] as? String == RoostVersion.current)
            let stranger = try await server.send(.GET, "/page/me").json()
            #expect(stranger["needs_key"] as? Bool == true && stranger["scopes"] as? [String] == [] && stranger["version"] is NSNull)
            let pull = try await server.send(
                .POST, "/pull", headers: halves.headers(Self.own), body: Array(#"{"model":"a/b","run_after":"2099-01-01T00:00:00Z"}"#.utf8))
            let id = try #require(try pull.json()["job_id"] as? String)
            let job = try await server.send(.GET, "/jobs/\(id)", headers: halves.headers(Self.own)).json()
            #expect(job["user_id"] as? String == "ann")
            #expect(try server.withKeys { try $0.audit(AuditFilter()) }.contains { $0.action == "POST /pull" && $0.actor == stored.id })
            let out = try await server.send(.POST, "/page/logout", headers: halves.headers(Self.own), body: Array("{}".utf8))
            #expect(out.status == 204 && out.headers.first(name: "Set-Cookie")?.hasPrefix("\(halves.name)=; Path=/; Max-Age=0;") == true)
            _ = try server.withKeys { try $0.revoke(stored.id) }
            try await server.wait(for: 401, "/jobs", key: key.text.value)
            let refused = try await server.send(.GET, "/jobs", headers: halves.headers(Self.own))
            #expect(try refused.status == 401 && (refused.json()["detail"] as? String)?.contains("is revoked") == true)
        }
    }

    @Test func `a wrong key is refused, and a server without keys has nothing to log in to`() async throws {
        try await RunningServer.runKeyed { server, _ in
            for key in ["", "sk-wrong", try APIKey.make().text.value] {
                let answer = try await server.send(.POST, "/page/login", headers: Self.own, body: Array(#"{"key":"\#(key)"}"#.utf8))
                #expect(answer.status == 401 && answer.headers["Set-Cookie"].isEmpty, "\(key)")
            }
            #expect(try await server.send(.POST, "/page/login", headers: Self.own, body: Array(#"{"key":3}"#.utf8)).status == 400)
            #expect(try await server.send(.POST, "/page/login", headers: ["Sec-Fetch-Site": "cross-site"], body: Array("{}".utf8)).status == 403)
        }
        try await RunningServer.run { server in
            let me = try await server.send(.GET, "/page/me").json()
            #expect(me["needs_key"] as? Bool == false && me["scopes"] as? [String] == ["pull", "chat", "read", "admin"] && me["key"] is NSNull)
            let answer = try await server.send(.POST, "/page/login", body: Array(#"{"key":"\#(APIKey.make().text.value)"}"#.utf8))
            #expect(answer.status == 409)
        }
    }

    @Test func `behind TLS the cookie is for TLS only`() async throws {
        try await RunningServer.runKeyed {
            $0.allowedHosts = ["roost.example"]
        } _: { server, keys in
            let headers: HTTPHeaders = ["Host": "roost.example", "Origin": "https://roost.example", "Sec-Fetch-Site": "same-origin"]
            let halves = try await logIn(server, try #require(keys[.read]), headers: headers)
            #expect(halves.header.hasSuffix("; SameSite=Strict; Secure") && halves.name == "roost_page")
            #expect(try await server.send(.GET, "/status", headers: halves.headers(headers)).status == 200)
        }
    }

    @Test func `the settings are shown as they are in force, to admins, and without their secrets`() async throws {
        try await RunningServer.runKeyed {
            $0.maxCacheModels = 7
            $0.webhookAllowedHosts = ["ci.example"]
            $0.webhookSecret = SecretToken("a-secret-of-the-webhooks")
        } _: { server, keys in
            #expect(try await server.send(.GET, "/settings", key: keys[.read]).status == 403)
            let answer = try await server.send(.GET, "/settings", key: keys[.admin])
            let settings = try #require(JSONSerialization.jsonObject(with: answer.body) as? [[String: String]])
            #expect(settings.count == Setting.all.count)
            let value = { key in settings.first { $0["key"] == key }?["value"] }
            #expect(value("max_cache_models") == "7" && value("host") == "127.0.0.1" && value("threads") == "the engine's choice")
            #expect(value("webhook_secret") == "•••" && !String(decoding: answer.body, as: UTF8.self).contains("a-secret"))
            #expect(settings.first { $0["key"] == "max_cache_models" }?["default"] == "2")
        }
    }
}
