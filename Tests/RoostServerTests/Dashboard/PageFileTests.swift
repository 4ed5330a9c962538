import Foundation
import NIOHTTP1
import Testing

@testable import RoostServer

/// The files of the web page, as they are embedded and served.
@Suite struct PageFileTests {
    private static let folder = "Sources/RoostServer/Dashboard/Page"
    private static let browser: HTTPHeaders = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]

    @Test func `the embedded files are those of the folder, and small together`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Checkout.path(Self.folder)).sorted()
        #expect(names.count > 10 && PageSource.files.map(\.name).sorted() == names, "Run `make page`.")
        for file in PageSource.files {
            #expect(try file.text == Checkout.text("\(Self.folder)/\(file.name)"), "\(file.name): run `make page`.")
        }
        #expect(PageSource.files.reduce(0) { $0 + $1.text.utf8.count } <= 150_000)
    }

    @Test func `no file has a script or a style outside of the files for them, and no text becomes HTML`() {
        for file in PageSource.files {
            for word in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "javascript:", " style=", "<style",
            ] {
                #expect(!file.text.contains(word), "\(file.name): \(word)")
            }
            #expect(!file.text.contains(/<script(?![^>]* src=)/), "\(file.name)")
            #expect(!file.text.contains(/https?:\/\/(?!www\.w3\.org\/)/), "\(file.name): nothing is loaded from elsewhere")
        }
    }

    @Test func `browsers get the page, and programs get the sentence of Ollama`() async throws {
        try await RunningServer.run { server in
            let page = try await server.send(.GET, "/", headers: Self.browser)
            #expect(page.status == 200 && page.headers["Content-Type"] == ["text/html; charset=utf-8"])
            #expect(page.headers["Vary"] == ["Accept, Origin"] && page.headers["Cache-Control"] == ["no-cache"])
            #expect(page.headers["X-Content-Type-Options"] == ["nosniff"])
            let policy = try #require(page.headers.first(name: "Content-Security-Policy"))
            #expect(policy.hasPrefix("default-src 'self';") && policy.contains("frame-ancestors 'none'"))
            #expect(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"))
            for accept in [nil, "*/*", "application/json", "text/plain"] {
                let answer = try await server.send(.GET, "/", headers: accept.map { ["Accept": $0] } ?? [:])
                #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == "Ollama is running", "\(accept ?? "nothing")")
            }
        }
    }

    @Test func `the page names the files of its version, each with its type, which browsers keep`() async throws {
        try await RunningServer.run { server in
            let page = String(decoding: try await server.send(.GET, "/", headers: Self.browser).body, as: UTF8.self)
            let start = "/page/\(PageFile.version)/"
            #expect(page.matches(of: /"\/page\//).count > 10 && page.matches(of: /"\/page\//).count == page.split(separator: start).count - 1)
            for (name, type) in [
                ("main.js", "text/javascript; charset=utf-8"), ("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml"),
            ] {
                let answer = try await server.send(.GET, start + name)
                #expect(answer.status == 200 && answer.headers["Content-Type"] == [type], "\(name)")
                #expect(answer.headers["Cache-Control"] == ["public, max-age=31536000, immutable"])
                let tag = try #require(answer.headers.first(name: "ETag"))
                let again = try await server.send(.GET, start + name, headers: ["If-None-Match": tag])
                #expect(again.status == 304 && again.body.isEmpty && again.headers["ETag"] == [tag], "\(name)")
                #expect(try await server.send(.GET, start + name, headers: ["If-None-Match": "\"other\""]).status == 200)
            }
            for path in [
                start + "none.js", start + "..%2f..%2fkeys.db", start + "%2e%2e", start + "index.html", start + "main.js%00", "/page/0/main.js",
                "/page/main.js",
            ] {
                #expect([400, 404].contains(try await server.send(.GET, path).status), "\(path)")
            }
        }
    }

    @Test func `a link on another site opens the page, and nothing else`() async throws {
        try await RunningServer.run { server in
            var link = Self.browser
            link.add(contentsOf: ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"])
            let linked = try await server.send(.GET, "/", headers: link)
            #expect(linked.status == 200)
            for path in ["/jobs", "/page/\(PageFile.version)/main.js", "/page/me"] {
                #expect(try await server.send(.GET, path, headers: link).status == 403, "\(path)")
            }
            #expect(try await server.send(.POST, "/", headers: link).status == 403)
            for (name, value) in [
                ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Mode", "no-cors"), ("Accept", "*/*"), ("Origin", "https://other.example"),
            ] {
                var other = link
                other.replaceOrAdd(name: name, value: value)
                #expect(try await server.send(.GET, "/", headers: other).status == 403, "\(name): \(value)")
            }
        }
    }
}
