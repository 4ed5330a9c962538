import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension EndToEndTests {
    /// One cache for everybody: the real huggingface_hub and the real `roost` on the same folder.
    @Suite(.serialized) struct SharedCacheTests {
        static let noise = "acme/noise"

        func script(_ name: String) -> String { TestEnvironment.testFile("EndToEndTests/Python/\(name)").string }

        func snapshot(_ generation: PythonHub, _ hub: FaultHub, _ site: Site, _ repository: String, environment: [String: String] = [:]) async throws
        {
            _ = try await Command.outputAside(
                [generation.python.string, script("snapshot.py"), hub.endpoint, repository, site.cache.string], environment: environment)
        }

        func report(_ generation: PythonHub, _ site: Site, _ repository: String) throws -> CacheReport {
            let output = try Command.output([generation.python.string, script("inspect_cache.py"), repository, site.cache.string])
            var report = try JSONDecoder().decode(CacheReport.self, from: Data(output.utf8))
            // 0.36 does not know what later ones put beside the repositories.
            if generation == .legacy { report.warnings.removeAll { $0.hasSuffix("CACHEDIR.TAG") || $0.hasSuffix("/blobs") } }
            return report
        }

        @Test("what Python pulled, Roost lists, verifies, serves and pulls without one byte of a file from the hub", arguments: PythonHub.allCases)
        func pythonFirst(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    try await snapshot(generation, hub, site, SampleHub.model)
                    let fetched = hub.meter.fileBytes
                    let server = try await site.serve()
                    #expect(try await server.client.models().map(\.model) == ["\(SampleHub.model):Q4_1"])
                    #expect(try await server.client.verify(nil).sound)
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    #expect(hub.meter.fileBytes == fetched)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("two-hop links of the shared store are served, verified, and neither broken nor leaked by gc and rm; Python agrees")
        func sharedStore() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try SampleHub.make(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    try await snapshot(.current, hub, site, SampleHub.model)
                    let share = try [PythonHub.current.python.string, script("share_blobs.py"), SampleHub.model, site.cache.string]
                    #expect(try Command.output(share) == "1 0\n")
                    let fetched = hub.meter.fileBytes
                    let server = try await site.serve()
                    #expect(try await server.pull(SampleHub.model, initialize: true).status == .succeeded)
                    #expect(try await server.client.verify(nil).sound && hub.meter.fileBytes == fetched)
                    #expect(try await server.client.collectModels(revisions: true, olderThanHours: 0).removed.isEmpty)
                    #expect(try report(.current, site, SampleHub.model).warnings.isEmpty)
                    try await server.client.unload(SampleHub.model)
                    let removal = try await server.client.removeModel(ModelSelector(parsing: SampleHub.model))
                    #expect(removal.removed.map(\.kind).contains(.sharedBlob) && removal.freedBytes > 90_000_000)
                    let scan = "import huggingface_hub as h; s = h.scan_cache_dir('\(site.cache)'); print(len(s.repos), len(s.warnings))"
                    #expect(try Command.output([PythonHub.current.python.string, "-c", scan]) == "0 0\n")
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("without symbolic links both find what the other pulled", arguments: PythonHub.allCases)
        func withoutLinks(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise(Self.noise, bytes: 3_000_000, to: files)
                try await FaultHub.run(files) { hub in
                    let switchedOff = ["HF_HUB_DISABLE_SYMLINKS": "1"]
                    for pythonIsFirst in [true, false] {
                        let site = Site(root: root.appending("\(pythonIsFirst)"), hubEndpoint: hub.endpoint, variables: switchedOff)
                        try FileManager.default.createDirectory(atPath: site.root.string, withIntermediateDirectories: true)
                        if pythonIsFirst { try await snapshot(generation, hub, site, Self.noise, environment: switchedOff) }
                        let before = hub.meter.fileBytes
                        let server = try await site.serve()
                        #expect(try await server.pull(Self.noise).status == .succeeded)
                        #expect(hub.meter.fileBytes == (pythonIsFirst ? before : before + 3_000_000))
                        #expect(try await server.client.verify(nil) == VerifyReport(files: 1, bytes: 3_000_000, findings: [], unchecked: []))
                        let file = try site.snapshotFile(Self.noise, "noise-Q4_0.gguf")
                        // 0.36 does not know the switch; its links are read all the same.
                        if generation != .legacy || !pythonIsFirst { #expect(try file.stat(followTargetSymlink: false).type == .regular) }
                        #expect(await server.stop() == 0)
                        let fetched = hub.meter.fileBytes
                        try await snapshot(generation, hub, site, Self.noise, environment: switchedOff)
                        #expect(hub.meter.fileBytes == fetched)
                        #expect(try report(generation, site, Self.noise).warnings.isEmpty)
                    }
                }
            }
        }

        @Test("Python and Roost racing for one model fetch it once, and both have it right", arguments: PythonHub.allCases, 1...3)
        func race(generation: PythonHub, seed: Int) async throws {
            try await withTemporaryDirectory { root in
                var random = SeededGenerator(seed: UInt64(seed))
                let size = 24 << 20
                let files = root.appending("hub-files")
                let original = try SampleHub.addNoise(Self.noise, bytes: size, to: files)
                try await FaultHub.run(files, bytesPerSecond: 16 << 20) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let start = Int64.random(in: 0..<Int64(size / 2), using: &random)
                    func wait() async throws {
                        try await eventually("bytes of the first", every: .milliseconds(2)) { hub.meter.fileBytes > start ? true : nil } as Void?
                    }
                    if Bool.random(using: &random) {
                        async let python: Void = snapshot(generation, hub, site, Self.noise)
                        try await wait()
                        #expect(try await server.pull(Self.noise).status == .succeeded)
                        try await python
                    } else {
                        async let job = server.pull(Self.noise)
                        try await wait()
                        try await snapshot(generation, hub, site, Self.noise)
                        #expect(try await job.status == .succeeded)
                    }
                    #expect(hub.meter.fileBytes == Int64(size), "seed \(seed)")
                    #expect(try sha256(of: site.snapshotFile(Self.noise, "noise-Q4_0.gguf")) == sha256(of: original))
                    #expect(try await server.client.verify(nil).sound)
                    #expect(try report(generation, site, Self.noise).warnings.isEmpty)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test(
            "Roost reports files as absent that Python has recorded as absent; a file that is only missing in the cache is not recorded",
            arguments: PythonHub.allCases)
        func absence(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise(Self.noise, bytes: 300_000, to: files)
                let site = try await FaultHub.run(files) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    try ask(generation, hub.endpoint, site.cache, ["noise-Q4_0.gguf", "gone.json"], expect: "there absent")
                    return site
                }
                let mirror = try RoostProcess(
                    ["hub", "serve", "--cache", "--port", "0"], environment: try site.environment(), log: root.appending("mirror.log"))
                let endpoint = try await mirror.line(after: "HF_ENDPOINT=")
                // The first Python has noted the one; of the other it never heard, and there is no list of all files.
                let client = root.appending("client")
                try ask(generation, endpoint, client, ["noise-Q4_0.gguf", "gone.json", "other.json"], expect: "there absent unknown")
                mirror.send(2)
                #expect(await mirror.exitCode() == 0)
            }
        }

        /// Asks for files as Python does, and then what its cache knows of them.
        private func ask(_ generation: PythonHub, _ endpoint: String, _ cache: FilePath, _ names: [String], expect said: String) throws {
            let script = """
                import sys, huggingface_hub as h
                repository, cache, *names = sys.argv[1:]
                def known(name):
                    try:
                        h.hf_hub_download(repository, name, cache_dir=cache)
                    except h.errors.EntryNotFoundError:
                        pass
                    found = h.try_to_load_from_cache(repository, name, cache_dir=cache)
                    return "unknown" if found is None else "absent" if found is h._CACHED_NO_EXIST else "there"
                print(*map(known, names))
                """
            let environment = ["HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"]
            #expect(
                try Command.output([generation.python.string, "-c", script, Self.noise, cache.string] + names, environment: environment) == said
                    + "\n")
        }

        @Test(
            "a clean-up in the middle of Python's download leaves it alone", arguments: PythonHub.allCases)
        func cleanUpBesidePython(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise(Self.noise, bytes: 24 << 20, to: files)
                let gate = Gate(after: 12 << 20, of: Self.noise)
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    async let python: Void = snapshot(generation, hub, site, Self.noise)
                    _ = try await eventually("a partial file in use", every: .milliseconds(5)) {
                        try await server.client.partials().contains(where: \.isInUse) ? true : nil
                    }
                    let cleanup = try await server.client.collectModels(revisions: true, olderThanHours: 0)
                    #expect(cleanup.removed.isEmpty && cleanup.kept.map(\.reason) == ["a process is downloading files of it"])
                    let error = await #expect(throws: RoostError.self) { _ = try await server.client.removeModel(ModelSelector(parsing: Self.noise)) }
                    #expect(error?.code == .conflict)
                    gate.open()
                    try await python
                    #expect(try await server.client.verify(nil).sound)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("the rest of a killed Python process is removed when no process holds its lock", arguments: PythonHub.allCases)
        func killedPython(generation: PythonHub) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise(Self.noise, bytes: 24 << 20, to: files)
                let gate = Gate(after: 12 << 20, of: Self.noise)
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let process = Process()
                    process.executableURL = URL(fileURLWithPath: try generation.python.string)
                    process.arguments = [script("snapshot.py"), hub.endpoint, Self.noise, site.cache.string]
                    process.standardError = FileHandle.nullDevice
                    try process.run()
                    _ = try await eventually("a partial file in use", every: .milliseconds(5)) {
                        try await server.client.partials().contains { $0.isInUse && $0.bytes > 0 } ? true : nil
                    }
                    kill(process.processIdentifier, SIGKILL)
                    gate.open()
                    _ = try await eventually("the lock to fall") { try await server.client.partials().contains(where: \.isInUse) ? nil : true }
                    let left = try await server.client.partials()
                    #expect(left.map(\.writer) == ["huggingface_hub"] && left.map(\.jobID) == [nil])
                    #expect(try await server.client.collectModels(olderThanHours: 1).removed.isEmpty)
                    let plan = try await server.client.collectModels(olderThanHours: 0, dryRun: true)
                    #expect(plan.removed.map(\.kind) == [.partial])
                    #expect(try await server.client.collectModels(olderThanHours: 0).removed == plan.removed)
                    try await snapshot(generation, hub, site, Self.noise)
                    #expect(try await server.client.verify(nil).sound)
                    #expect(await server.stop() == 0)
                }
            }
        }

        struct CacheReport: Decodable {
            let repositories: [String]
            var warnings: [String]
        }
    }
}
