import Foundation
import Testing

extension CrashLab {
    /// A test that has never failed proves nothing: each kind of violation is planted once, and must be seen.
    @Suite struct PlantedBugTests {
        @Test func `power cuts see commits that are not forced to the disk`() async throws {
            var cuts = PowerCuts(["--operations", "60", "--plant", "normal"], tasks: 6)
            cuts.chain = 1
            try await cuts.perform(20, of: 2, seed: Effort.seed)
            #expect(cuts.findings.contains { $0.violations.contains { $0.contains("is lost") || $0.contains("lost its claim") } })
        }

        @Test func `kills do not see commits that are not forced to the disk, for the system keeps them`() async throws {
            var kills = Kills(["--plant", "normal"], tasks: 6)
            try await kills.perform(6, seed: Effort.seed)
            #expect(kills.findings.isEmpty)
        }

        @Test func `audits see workers that finish jobs they have lost`() async throws {
            var cuts = PowerCuts(["--operations", "60", "--plant", "unfenced"], tasks: 6)
            cuts.chain = 1
            try await cuts.perform(20, of: 4, seed: Effort.seed)
            #expect(cuts.findings.contains { $0.violations.contains { $0.contains("got the event") || $0.contains("in attempt") } })
        }

        @Test func `audits see identical pulls that are active at a time`() async throws {
            var cuts = PowerCuts(["--operations", "60", "--plant", "select-then-insert"], tasks: 6)
            cuts.chain = 1
            try await cuts.perform(20, of: 4, seed: Effort.seed)
            #expect(cuts.findings.contains { $0.violations.contains { $0.contains("was active as") } })
        }
    }
}
