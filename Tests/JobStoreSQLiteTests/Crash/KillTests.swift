import Foundation
import Testing

extension CrashLab {
    @Suite struct KillTests {
        @Test func `kill -9 takes nothing that was acknowledged, whatever the store is doing`() async throws {
            let start = ContinuousClock.now
            var kills = Kills([], tasks: 6)
            try await kills.perform(Effort.kills * 3 / 4, seed: Effort.seed)
            let figures = "\(kills.made) kills, \(kills.whileOpening) while opening, \(kills.acknowledged) changes acknowledged"
            CrashLab.report("kill -9, mixed work", "\(figures), \(kills.findings.count) violations", since: start)
            #expect(kills.findings.isEmpty, "seed \(Effort.seed)")
        }

        @Test func `kill -9 while a v1_0 file is migrated takes none of its rows`() async throws {
            let start = ContinuousClock.now
            let legacy = try LegacyFile(rows: 600)
            var kills = Kills(["--scenario", "open"], tasks: 1)
            kills.start = legacy.content
            kills.legacy = legacy.rows
            kills.chain = 3
            kills.lastCall = 100
            try await kills.perform(Effort.kills / 4, seed: Effort.seed)
            CrashLab.report("kill -9, migration", "\(kills.made) kills, \(kills.findings.count) violations", since: start)
            #expect(kills.findings.isEmpty, "seed \(Effort.seed)")
        }
    }
}
