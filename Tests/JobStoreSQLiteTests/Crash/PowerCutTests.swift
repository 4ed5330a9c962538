import Foundation
import TestSupport
import Testing

extension CrashLab {
    @Suite struct PowerCutTests {
        @Test func `a power cut takes nothing that was acknowledged, and leaves a sound file`() async throws {
            let start = ContinuousClock.now
            var cuts = PowerCuts(["--operations", "60"], tasks: 6)
            try await cuts.perform(Effort.cuts * 6 / 10, of: max(4, Effort.cuts / 50), seed: Effort.seed)
            CrashLab.report("power cuts, mixed work", "\(cuts.made) cuts, \(cuts.records) records, \(cuts.findings.count) violations", since: start)
            #expect(cuts.findings.isEmpty, "seed \(Effort.seed)")
        }

        @Test func `a power cut while a v1_0 file is migrated takes none of its rows`() async throws {
            let start = ContinuousClock.now
            let legacy = try LegacyFile(rows: 300)
            var cuts = PowerCuts(["--scenario", "open"], tasks: 1)
            cuts.start = legacy.content
            cuts.legacy = legacy.rows
            try await cuts.perform(Effort.cuts * 6 / 10, of: max(2, Effort.cuts / 50), seed: Effort.seed)
            CrashLab.report("power cuts, migration", "\(cuts.made) cuts, \(cuts.records) records, \(cuts.findings.count) violations", since: start)
            #expect(cuts.findings.isEmpty, "seed \(Effort.seed)")
        }

        @Test func `a power cut while a new file is made leaves one that the next start can use`() async throws {
            let start = ContinuousClock.now
            var cuts = PowerCuts(["--scenario", "open"], tasks: 1)
            try await cuts.perform(Effort.cuts * 4 / 10, of: max(2, Effort.cuts / 25), seed: Effort.seed)
            CrashLab.report("power cuts, first start", "\(cuts.made) cuts, \(cuts.records) records, \(cuts.findings.count) violations", since: start)
            #expect(cuts.findings.isEmpty, "seed \(Effort.seed)")
        }

        /// Linux reports lost pages once and then calls them clean: what was written before a failed fsync may be missing for ever.
        @Test func `a power cut after a failed fsync takes nothing that was acknowledged`() async throws {
            let start = ContinuousClock.now
            var generator = SeededGenerator(seed: Effort.seed)
            var made = 0
            var findings: [Finding] = []
            let runs = max(5, Effort.cuts / 25)
            for _ in 0..<runs {
                var cuts = PowerCuts(["--operations", "25"], tasks: 4)
                cuts.fault = .init(kind: .sync, number: Int.random(in: 1...40, using: &generator), effect: .ioError)
                try await cuts.perform(max(1, Effort.cuts / 10 / runs), of: 1, seed: generator.next())
                made += cuts.made
                findings += cuts.findings
            }
            CrashLab.report("power cuts after a failed fsync", "\(made) cuts, \(findings.count) violations", since: start)
            #expect(findings.isEmpty, "seed \(Effort.seed)")
        }
    }
}
