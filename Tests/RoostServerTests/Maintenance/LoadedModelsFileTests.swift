import Engines
import Logging
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite struct LoadedModelsFileTests {
    private let home: TemporaryDirectory
    private let lines = LogLines()

    init() throws { home = try TemporaryDirectory() }

    @Test func `the models in memory are read again in their order`() async throws {
        let file = LoadedModelsFile(in: home.path, logger: lines.logger)
        #expect(await file.read() == [])
        let models = try ["a/b:Q8_0", "gpt2"].map { try ModelReference(parsing: $0) }
        await file.write(models)
        #expect(await file.read() == models)
        #expect(lines.containing("").isEmpty)
    }

    @Test func `files that cannot be written are told of in the log`() async throws {
        let missing = home.path.appending("missing")
        await LoadedModelsFile(in: missing, logger: lines.logger).write([try ModelReference(parsing: "a/b")])
        await EngineNotesFile(in: missing, logger: lines.logger).write(MemoryNotes())
        for name in ["loaded-models.json", "engine-memory.json"] {
            #expect(lines.containing("file=\(missing.appending(name))").map(\.level) == [.warning])
        }
    }
}
