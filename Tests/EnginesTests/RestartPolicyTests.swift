import Testing

@testable import Engines

@Suite("When a crashed engine is started again")
struct RestartPolicyTests {
    @Test("The first restart comes at once; then the pause doubles from half a second to thirty seconds")
    func pauseDoubles() {
        var policy = RestartPolicy(maxCrashes: 100)
        let pauses = (0..<9).compactMap { policy.crashed(at: .seconds($0), readySince: nil) }
        #expect(pauses == [0, 0.5, 1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
    }

    @Test("An engine that was healthy for a minute starts over without a pause")
    func healthyTimeResets() {
        var policy = RestartPolicy()
        #expect(policy.crashed(at: .seconds(10), readySince: .seconds(5)) == .zero)
        #expect(policy.crashed(at: .seconds(20), readySince: .seconds(15)) == .seconds(0.5))
        #expect(policy.crashed(at: .seconds(90), readySince: .seconds(30)) == .zero)
        #expect(policy.crashed(at: .seconds(150), readySince: .seconds(91)) == .seconds(0.5))
    }

    @Test("The fifth crash within five minutes, or in a row, ends it; crashes further apart do not")
    func givesUp() {
        var quick = RestartPolicy()
        let decisions = (1...5).map { quick.crashed(at: .seconds($0 * 70), readySince: .seconds($0 * 70 - 69)) }
        #expect(decisions.prefix(4).allSatisfy { $0 == .zero })
        #expect(decisions.last == .some(nil))

        // Each of them a load that takes as long as the window.
        var hanging = RestartPolicy()
        #expect((1...5).map { hanging.crashed(at: .seconds($0 * 301), readySince: nil) }.last == .some(nil))

        var slow = RestartPolicy()
        let spread = (1...20).map { slow.crashed(at: .seconds($0 * 76), readySince: .seconds($0 * 76 - 70)) }
        #expect(spread.allSatisfy { $0 == .zero })
    }
}
