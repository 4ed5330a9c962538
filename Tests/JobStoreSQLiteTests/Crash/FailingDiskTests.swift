import Foundation
import TestSupport
import Testing

extension CrashLab {
    /// Fails the first, second, third… call of a kind until a scenario passes without reaching the fault.
    @Suite struct FailingDiskTests {
        @Test(arguments: FaultDisk.Fault.Kind.allCases)
        func `a call that fails ends in an error of the right class, and takes nothing that was acknowledged`(_ kind: FaultDisk.Fault.Kind)
            async throws
        {
            let start = ContinuousClock.now
            var faults = try Faults()
            for effect in [FaultDisk.Fault.Effect.ioError, .noSpace] {
                for isPersistent in [false, true] { try await faults.failEach(kind, with: effect, isPersistent: isPersistent) }
            }
            let figures = "\(faults.struck) faults, up to call \(faults.last), \(faults.failed) operations refused"
            CrashLab.report("failing \(kind.rawValue)", "\(figures), \(faults.findings.count) violations", since: start)
            #expect(faults.findings.isEmpty, "seed \(Effort.seed)")
        }
    }
}
