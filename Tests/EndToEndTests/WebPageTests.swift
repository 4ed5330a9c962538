import Foundation
import JobStoreSQLite
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The web page in a real Chromium, with a real server, engine and models.
    @Suite(.serialized, .timeLimit(.minutes(20))) struct WebPageTests {
        private static let quick = ["ROOST_THREADS": "1", "ROOST_CONTEXT_LENGTH": "1024", "MAX_CONCURRENT_PULLS": "1"]

        /// What a task prints, whose last line has to be `good`.
        private func run(_ task: String, _ arguments: [String]) async throws {
            let said = String(decoding: try await PythonClient.browser.run("web_page.py", [task] + arguments), as: UTF8.self)
            print(said)
            #expect(said.hasSuffix("good\n"), "\(said)")
        }

        @Test func `every action on the page works, is announced and accessible, and no text becomes an element`() async throws {
            try await withTemporaryDirectory { root in
                let files = try SampleHub.make(in: root)
                try SampleHub.addNoise("noise/slow", bytes: 60 << 20, to: files)
                for name in ["a", "b", "c", "d"] { try SampleHub.addNoise("noise/\(name)", bytes: 1 << 20, to: files) }
                let two = try SampleHub.addNoise("noise/two", bytes: 1 << 20, to: files)
                try FileManager.default.copyItem(atPath: two.string, toPath: two.removingLastComponent().appending("noise-Q8_0.gguf").string)
                let vision = files.appending("tiny/vision")
                try FileManager.default.createDirectory(atPath: vision.string, withIntermediateDirectories: true)
                for file in ["tiny-F16.gguf", "mmproj-F16.gguf"] {
                    try FileManager.default.copyItem(
                        atPath: TestEnvironment.testFile("Fixtures/vision/\(file)").string, toPath: vision.appending(file).string)
                }
                try await FaultHub.run(files) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint, variables: Self.quick)
                    let server = try await site.serve()
                    let pictured = try await server.pull("tiny/vision")
                    try #require(pictured.status == .succeeded, "\(pictured.traceback ?? "")")
                    try await server.client.delete(pictured.id)
                    let pulled = site.cache.appending("models--sample--SmolLM2-135M-Instruct-GGUF/snapshots")
                    try await run("use", [server.url, SampleHub.model, pulled.string])
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a person logs in with a key and sees what it allows, and a page of another port gains nothing`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                var keys: [String] = []
                for scope in ["read", "admin", "chat"] {
                    let made = try await site.outputs(["keys", "create", scope, "--owner", scope == "read" ? "reader" : scope, "--scope", scope])
                    keys.append(made.standard.trimmingCharacters(in: .whitespacesAndNewlines))
                }
                let server = try await site.serve()
                try await run("access", [server.url] + keys)
                #expect(await server.stop() == 0)
            }
        }

        @Test func `ten thousand jobs scroll with few elements, and a new one is there at once`() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                try FileManager.default.createDirectory(atPath: site.home.string, withIntermediateDirectories: true)
                let database = try JobDatabase(path: site.database.string, logger: .silent)
                let count = 9_990
                for start in stride(from: 0, to: count, by: 500) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in start..<min(start + 500, count) {
                            var pull = NewPull(model: try ModelReference(parsing: "many/model-\(index)"))
                            pull.runAfter = Timestamp(rawValue: "2099-01-01T00:00:00.000Z")
                            let ready = pull
                            group.addTask { _ = try await database.createJob(ready) }
                        }
                        try await group.waitForAll()
                    }
                }
                try database.close()
                let server = try await site.serve()
                try await run("many", [server.url, "\(count)"])
                #expect(await server.stop() == 0)
            }
        }
    }
}
