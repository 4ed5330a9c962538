import Foundation
import NIOCore
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// Prompts that requests share, and prompts that survive a restart, with a real engine.
@Suite(.serialized, .timeLimit(.minutes(15))) struct SharedPromptTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private let system: String = {
        let words = ["apple", "river", "stone", "cloud", "seven", "green", "paper", "music", "train", "light"]
        return (0..<600).map { words[$0 * $0 * 7 % 101 % 10] }.joined(separator: " ")
    }()

    private var storedFiles: [URL] {
        let folder = URL(fileURLWithPath: directory.path.appending("prompts").string)
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return all.filter { $0.pathExtension == "prompt" }
    }

    private func body(_ question: String, stream: Bool = false) -> ByteBuffer {
        ByteBuffer(
            string: """
                {"messages":[{"role":"system","content":"\(system)"},{"role":"user","content":"\(question)"}],"max_tokens":4,\
                "stream":\(stream),"temperature":0}
                """)
    }

    /// Asks a question and returns the engine's counts.
    private func ask(_ supervisor: EngineSupervisor, _ question: String, stream: Bool = false) async throws -> EngineCounts {
        let body = body(question, stream: stream)
        let entry = try sample()
        return try await supervisor.withEngine(for: entry, request: LeaseRequest(prompt: PromptOutline(body))) { connection in
            let response = try await connection.send(path: "/v1/chat/completions", body: body)
            #expect(response.status == 200)
            return try #require(EngineCounts(try await response.collect(upTo: 1 << 20)))
        }
    }

    private func withPrompts<Value: Sendable>(_ body: (EngineSupervisor) async throws -> Value) async throws -> Value {
        let prompts = PromptFolder(path: directory.path.appending("prompts"), limit: 1 << 30)
        let speeds = directory.path.appending("engine-speeds.json")
        let home = directory.path.appending("engines")
        return try await withSupervisor({
            $0.prompts = prompts
            $0.speedsFile = speeds
            $0.sandboxHome = home
            $0.contextLength = 2048
        }) { try await body($0) }
    }

    @Test(arguments: [false, true]) func `of requests that come together, one reads what they have in common`(streams: Bool) async throws {
        try await withPrompts { supervisor in
            let entry = try sample()
            let model = try await supervisor.load(entry)
            let (slots, pid) = (try #require(model.plan?.slots), try #require(model.processIdentifier))
            try #require(slots == 4)
            let counts = try await withThrowingTaskGroup(of: EngineCounts.self) { group in
                // It reads nothing before all have come.
                kill(pid, SIGSTOP)
                defer { kill(pid, SIGCONT) }
                for index in 0..<slots { group.addTask { try await ask(supervisor, "Question \(index)?", stream: streams) } }
                while await supervisor.loadedModels().first.map({ $0.running + $0.waiting }) != slots { await Task.yield() }
                kill(pid, SIGCONT)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let all = counts.map { $0.cached + $0.prompt }.max() ?? 0
            #expect(all > 400)
            // All found the common part in their slots, the first one too because its request was sent again.
            #expect(counts.allSatisfy { $0.cached > all - 60 }, "\(counts)")
        }
    }

    @Test func `a prompt is read again by no engine that starts later`() async throws {
        let first = try await withPrompts { try await ask($0, "The first?") }
        #expect(first.cached < 50)
        let question = "The second, which is long enough to fill more than one block of an outline, so that it is stored too?"
        let again = try await withPrompts { try await ask($0, question) }
        #expect(again.cached > first.prompt - 60, "\(first) \(again)")
        // The file of the later engine has not replaced that of the earlier one.
        #expect(storedFiles.count == 2)
    }

    @Test func `a stored prompt that the engine cannot read is deleted, and the request is answered`() async throws {
        _ = try await withPrompts { try await ask($0, "The first?") }
        let files = storedFiles
        try #require(!files.isEmpty)
        for file in files {
            let size = try Data(contentsOf: file).count
            try Data(repeating: 7, count: size).write(to: file)
        }
        let again = try await withPrompts { supervisor in
            let counts = try await ask(supervisor, "The second?")
            #expect(Set(storedFiles).isDisjoint(with: files))
            return counts
        }
        #expect(again.cached < 50)
    }

    @Test(arguments: [RequestText.Counting.chat, .prompt])
    func `a prompt that never fits is refused before it waits`(counting: RequestText.Counting) async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let field = counting == .chat ? "messages" : "prompt"
            func request(_ text: String) -> LeaseRequest {
                let value = counting == .chat ? #"[{"role":"user","content":"\#(text)"}]"# : #""\#(text)""#
                let body = ByteBuffer(string: #"{"\#(field)":\#(value)}"#)
                return LeaseRequest(tokens: 3000, text: RequestText(body: body, field: field, bytes: body.readableBytes, counting: counting))
            }
            let long = request(String(repeating: "one two three ", count: 800))
            let error = try await roostError { try await supervisor.withEngine(for: entry, request: long) { _ in Issue.record("it ran") } }
            #expect(error.code == .contextLengthExceeded && error.field == field)
            #expect(error.message.contains("maximum context length is 1024 tokens") && error.message.contains("exceeds the available context size"))
            // As many bytes, and fewer tokens than the context has.
            let fitting = request(String(repeating: "international ", count: 400))
            #expect(try await supervisor.withEngine(for: entry, request: fitting) { _ in true })
        }
    }

    @Test func `a prompt is counted with its special tokens, and several prompts are not`() async throws {
        func counted(_ prompt: String) async throws -> String? {
            let text = RequestText(body: ByteBuffer(string: #"{"n":1,"prompt":\#(prompt)}"#), field: "prompt", bytes: 10, counting: .prompt)
            return try await text.counted(as: .prompt).map { String(buffer: $0) }
        }
        #expect(try await counted(#""a \" b""#) == #"{"add_special":true,"parse_special":true,"content":"a \" b"}"#)
        #expect(try await counted(#"["a"]"#) == #"{"add_special":true,"parse_special":true,"content":"a"}"#)
        for several in [#"["a","b"]"#, "[]", "[1,2]", "[[1,2]]"] { #expect(try await counted(several) == nil) }
    }
}
