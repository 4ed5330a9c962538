import ModelFormats
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// The memory that an engine may have.
@Suite struct EngineMemoryLimitTests {
    private func need(weights: Int64) -> EngineNeed {
        var facts = ModelFacts()
        facts.weightBytes = weights
        return EngineNeed(facts, EnginePlan(slots: 1, contextLength: 4096, reason: "", makesEmbeddings: false, promptCacheMiB: 0))
    }

    #if os(Linux)
        @Test func `it is what the model may need and a half more, with room for threads`() throws {
            let need = need(weights: 4 << 30)
            let limit = try #require(EngineMemoryLimit.automatic.bytes(for: need, hasDevices: false, processors: 8))
            #expect(limit == need.bytes + need.bytes / 2 + (1 << 30) + 8 * (16 << 20))
            #expect(EngineMemoryLimit.automatic.bytes(for: self.need(weights: .max), hasDevices: false) == .max)
        }

        @Test func `devices, whose drivers reserve memory, have no automatic limit`() {
            #expect(EngineMemoryLimit.automatic.bytes(for: need(weights: 1), hasDevices: true) == nil)
            #expect(EngineMemoryLimit.bytes(5).bytes(for: need(weights: 1), hasDevices: true) == 5)
            #expect(EngineMemoryLimit.unlimited.bytes(for: need(weights: 1), hasDevices: false) == nil)
        }

        @Test func `a command gets no more than its limit, and may read files of any size`() async throws {
            let command = try GuardedCommand(
                ["/bin/bash", "-c", "ulimit -d; ulimit -v; head -c 500000000 /dev/zero | tail -c 500000000 >/dev/null || echo refused"],
                options: ["--memory-limit", "\(256 << 20)"])
            #expect(command.line() == "262144" && command.line() == "unlimited" && command.line() == "refused")
            _ = await command.exitStatus()
        }
    #else
        @Test func `other systems have no such limit`() {
            #expect(EngineMemoryLimit.bytes(5).bytes(for: need(weights: 1), hasDevices: false) == nil)
        }
    #endif

    @Test(arguments: [
        ("auto", EngineMemoryLimit.automatic), ("unlimited", .unlimited), ("256MiB", .bytes(256 << 20)), ("8 GB", .bytes(8_000_000_000)),
        ("255MiB", nil), ("0", nil), ("", nil), ("much", nil), ("-1", nil),
    ]) func `it is set in words or as a size`(text: String, limit: EngineMemoryLimit?) { #expect(EngineMemoryLimit(parsing: text) == limit) }

    @Test(arguments: [
        (["terminate called after throwing an instance of 'std::bad_alloc'", "  what():  std::bad_alloc"], true),
        (["ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 99999744"], true), (["main: Cannot allocate memory"], true),
        (["srv alloc: failed to allocate memory for prompt cache state: std::bad_alloc"], false),
        (["error loading model: invalid magic"], false), ([], false), (["std::bad_alloc"] + Array(repeating: "served", count: 20), false),
    ]) func `the last lines of an engine tell whether it got no memory`(lines: [String], isRefused: Bool) {
        #expect(EngineFailureReason.saysOutOfMemory(lines) == isRefused)
    }
}
