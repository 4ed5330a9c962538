import Testing

@testable import Engines

@Suite("The life of an engine")
struct EngineStateMachineTests {
    @Test("A process that ends before it was ready is a failed load, not a crash")
    func failedLoad() {
        var machine = EngineStateMachine()
        #expect(machine.processEnded(at: .seconds(1)) == .failLoad)
        #expect(machine.state == .ended)
        #expect(machine.restarts == 0)
    }

    @Test("A crash after it was ready restarts it, also when the restart fails")
    func restarts() {
        var machine = EngineStateMachine()
        machine.becameReady(at: .seconds(1))
        #expect(machine.processEnded(at: .seconds(2)) == .restart(after: .zero))
        #expect(machine.state == .restarting)
        #expect(machine.processEnded(at: .seconds(3)) == .restart(after: .seconds(0.5)))
        machine.becameReady(at: .seconds(5))
        #expect(machine.state == .ready(since: .seconds(5)))
        #expect(machine.restarts == 2)
    }

    @Test("It is given up after five crashes in a row")
    func givesUp() {
        var machine = EngineStateMachine()
        machine.becameReady(at: .seconds(1))
        let decisions = (2...6).map { machine.processEnded(at: .seconds($0)) }
        #expect(decisions.last == .giveUp)
        #expect(decisions.dropLast().allSatisfy { $0 != .giveUp })
        #expect(machine.state == .ended)
    }

    @Test("An engine that crashes with each request is restarted after longer and longer pauses, and given up")
    func crashesWithEachRequest() {
        var machine = EngineStateMachine()
        let decisions = (1...10).map { second in
            machine.becameReady(at: .seconds(second))
            return machine.processEnded(at: .seconds(second), isRequestsFault: true)
        }
        #expect(decisions.dropLast() == [0, 0.5, 1, 2, 4, 8, 16, 30, 30].map { .restart(after: .seconds($0)) }[...])
        #expect(decisions.last == .giveUp && machine.state == .ended)
    }

    @Test("Crashes over requests never use up the restarts of an engine that answers others, and the other crashes still do")
    func requestsFault() {
        var machine = EngineStateMachine()
        for second in 1...20 {
            machine.becameReady(at: .seconds(second))
            #expect(machine.processEnded(at: .seconds(second), isRequestsFault: true, hasAnswered: true) == .restart(after: .zero))
        }
        machine.becameReady(at: .seconds(21))
        let decisions = (22...26).map { machine.processEnded(at: .seconds($0)) }
        #expect(decisions.last == .giveUp && machine.restarts == 24)
    }

    @Test("A stop that was asked for is no failure, whenever it comes", arguments: [false, true])
    func stop(afterReady: Bool) {
        var machine = EngineStateMachine()
        if afterReady { machine.becameReady(at: .seconds(1)) }
        machine.stop()
        machine.becameReady(at: .seconds(2))
        #expect(machine.state == .stopping)
        #expect(machine.processEnded(at: .seconds(3)) == .finish)
    }

    @Test("An idle engine that is started again with other options is loading, and no restart is counted")
    func startAgain() {
        var machine = EngineStateMachine()
        machine.startAgain()
        #expect(machine.state == .loading)
        machine.becameReady(at: .seconds(1))
        machine.startAgain()
        #expect(machine.state == .loading && machine.restarts == 0)
        machine.becameReady(at: .seconds(2))
        #expect(machine.state == .ready(since: .seconds(2)))
        machine.stop()
        machine.startAgain()
        #expect(machine.state == .stopping)
    }
}
