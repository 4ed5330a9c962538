#if os(Linux)
    import Foundation
    import NIOCore
    import RoostCore
    import SystemPackage
    import TestSupport
    import Testing

    @testable import Engines

    /// An engine whose steps do not end, while it still answers its health check.
    @Suite struct StuckEngineTests {
        @Test func `an engine that ends no step is replaced, and the request that it worked on twice is refused`() async throws {
            let (folder, library) = (try TemporaryDirectory(), try PreloadLibrary("stuckthread"))
            let script = "#!/bin/sh\nLD_PRELOAD=\(library.path) exec \(try TestEnvironment.llamaServer) \"$@\"\n"
            let engine = try folder.write("llama-server", script.utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine.string)
            let entry = try sample()
            let adjust: (inout EngineConfiguration) -> Void = {
                $0.locateExecutable = { engine }
                $0.contextLength = longContext
                $0.stepTimeout = .seconds(30)
            }
            try await withSupervisor(adjust) { supervisor in
                let fingerprint = RequestFingerprint(path: "/v1/chat/completions", body: ByteBuffer(string: "endless"))
                let request = LeaseRequest(fingerprint: fingerprint)
                func ask() async throws -> RoostError.Code {
                    let stuck = try #require(try await supervisor.load(entry).processIdentifier)
                    return try await roostError {
                        try await supervisor.withEngine(for: entry, request: request) { connection in
                            let response = try await connection.send(path: "/v1/chat/completions", body: endlessChat(stream: true))
                            for try await _ in response.body { kill(stuck, SIGUSR1) }
                        }
                    }.code
                }
                #expect(try await ask() == .engineCrashed)
                #expect(try await supervisor.withEngine(for: entry) { try await $0.say() } != "")
                let model = try #require(await supervisor.loadedModels().first)
                #expect(model.restarts == 1 && model.lastError?.contains("it ended no step within 30 s (engine_step_timeout)") == true)
                #expect(try await ask() == .engineCrashed)
                #expect(try await ask() == .crashesEngine)
                #expect(try await supervisor.withEngine(for: entry) { try await $0.say() } != "")
            }
        }
    }
#endif
