import Foundation
import Testing

/// The queue of an engine under random arrivals.
@Suite struct AdmissionSimulationTests {
    @Test func `10,000 random arrival patterns break no rule`() {
        let first = UInt64.random(in: 1...(1 << 40))
        print("admission: 10,000 patterns from seed \(first)")
        var broken: [String] = []
        for seed in first..<first + 10_000 where broken.count < 5 {
            var simulation = AdmissionSimulation(seed: seed)
            simulation.run(steps: 40)
            if let violation = simulation.violations.first { broken.append("seed \(seed): \(violation)") }
        }
        #expect(broken.isEmpty)
    }

    @Test(arguments: AdmissionSimulation.Fault.allCases) func `each broken rule is noticed`(fault: AdmissionSimulation.Fault) {
        let noticed = (1...UInt64(200)).contains { seed in
            var simulation = AdmissionSimulation(seed: seed, fault: fault)
            simulation.run(steps: 40)
            return !simulation.violations.isEmpty
        }
        #expect(noticed)
    }
}
