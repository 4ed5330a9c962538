import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines
@testable import ModelFormats

@Suite("The files that an engine loads beside its model")
struct EngineCompanionsTests {
    private func plan(_ facts: Engines.ModelFacts) -> EnginePlan { EnginePlan(facts, wantedContext: 4096, availableMemory: 64 << 30) }

    private func value(_ option: String, _ arguments: [String]) -> String? {
        zip(arguments, arguments.dropFirst()).first { $0.0 == option }?.1
    }

    @Test("A projector and a draft model are given to the engine, may be read by it, and set the least step")
    func companions() throws {
        let file = TestEnvironment.testFile("Fixtures/vision/mmproj-F16.gguf")
        var facts = Engines.ModelFacts()
        #expect(!plan(facts).arguments.contains("--mmproj") && !plan(facts).arguments.contains("--model-draft"))
        facts.companions.projector = .init(file: file, shape: try ProjectorShape(GGUFFile(opening: file), name: "mmproj-F16.gguf"))
        facts.companions.draft = .init(files: ["/d-00001-of-00002.gguf", "/d-00002-of-00002.gguf"], weightBytes: 1, shape: ModelShape())
        let plan = plan(facts)
        #expect(value("--mmproj", plan.arguments) == file.string && plan.companions.seesImages && !plan.companions.hearsSounds)
        // Without the type, llama-server loads the draft model and does not use it.
        #expect(value("--model-draft", plan.arguments) == "/d-00001-of-00002.gguf" && value("--spec-type", plan.arguments) == "draft-simple")
        var configuration = EngineConfiguration(locateExecutable: { "/e" }, guardCommand: ["/g", "engine-guard"], runtimeDirectory: "/run")
        configuration.sandboxHome = "/home"
        let entry = try sample()
        let command = EngineCommand(configuration, executable: "/e", entry: entry, socket: "/run/1.sock", plan: plan, promptStep: 64)
        let readable = zip(command.arguments, command.arguments.dropFirst()).filter { $0.0 == "--readable" }.map(\.1)
        for path in [file.string, "/d-00001-of-00002.gguf", "/d-00002-of-00002.gguf"] { #expect(readable.contains(path), "\(path)") }
        #expect(value("--ubatch-size", command.arguments) == "64")
        #expect(command.environment["LLAMA_ARG_VIDEO_FFMPEG_DIR"] == "/nonexistent")
    }

    @Test("A model that reads an image without order gets steps that hold one, whatever its speed", arguments: [(64, "256"), (512, "512")])
    func imageStep(measured: Int, step: String) throws {
        let keys: [GGUFKeyValue] = [
            .init("general.architecture", .string("clip")), .init("clip.has_vision_encoder", .bool(true)),
            .init("clip.projector_type", .string("gemma3")),
        ]
        let file = GGUFFile(version: 3, metadata: GGUFMetadata(keys), tensors: [], alignment: 32, dataOffset: 0, size: 0)
        var facts = Engines.ModelFacts()
        facts.companions.projector = .init(file: "/p.gguf", shape: try ProjectorShape(file, name: "p.gguf"))
        let configuration = EngineConfiguration(locateExecutable: { "/e" }, guardCommand: ["/g"], runtimeDirectory: "/run")
        let command = EngineCommand(
            configuration, executable: "/e", entry: try sample(), socket: "/run/1.sock", plan: plan(facts), promptStep: measured)
        for option in ["--batch-size", "--ubatch-size"] {
            #expect(value(option, command.arguments) == step)
        }
    }
}
