import PullJobs
import RoostCore
import Testing

@Suite struct PullStateMachineTests {
    let file: RepositoryFilePath
    let other: RepositoryFilePath

    init() throws {
        file = try RepositoryFilePath(parsing: "a.gguf")
        other = try RepositoryFilePath(parsing: "b.gguf")
    }

    func downloading(total: Int64) -> PullStateMachine {
        var machine = PullStateMachine()
        machine.beginAttempt()
        machine.planned(sizeBytes: total, totalBytes: total, quantized: true)
        machine.enter(.downloading)
        return machine
    }

    @Test func `progress is unknown until the plan is made`() {
        var machine = PullStateMachine()
        #expect(machine.progress == nil)
        machine.planned(sizeBytes: 100, totalBytes: 200, quantized: true)
        #expect(machine.progress == 0)
    }

    @Test func `bytes of all files add up, never fall and never exceed the total`() {
        var machine = downloading(total: 300)
        machine.received(100, of: file, at: .zero)
        machine.received(100, of: other, at: .zero)
        #expect(machine.downloadedBytes == 200)
        machine.received(10, of: file, at: .seconds(1))
        #expect(machine.downloadedBytes == 200)
        machine.received(500, of: file, at: .seconds(2))
        #expect(machine.downloadedBytes == 300)
        #expect(machine.progress == 1)
    }

    @Test func `when all bytes are here, what remains is verifying`() {
        var machine = downloading(total: 100)
        machine.received(99, of: file, at: .zero)
        #expect(machine.stage == .downloading)
        machine.received(100, of: file, at: .zero)
        #expect(machine.stage == .verifying)
    }

    @Test func `an empty pull is complete`() {
        let machine = downloading(total: 0)
        #expect(machine.progress == 1)
    }

    @Test func `failures that can pass are tried again after growing pauses, then given up`() {
        var machine = downloading(total: 100)
        var pauses: [Duration] = []
        while case .retry(let pause) = machine.failed(RoostError(.network, "no line")) { pauses.append(pause) }
        #expect(pauses.first == .seconds(1))
        #expect(pauses == pauses.sorted())
        #expect(pauses.count == 10)
        #expect(machine.stage == .waitingForNetwork)
    }

    @Test func `progress gives the budget back`() {
        var machine = downloading(total: 1000)
        for step in 1...50 {
            machine.received(Int64(step), of: file, at: .seconds(step))
            #expect(machine.failed(RoostError(.network, "no line")) == .retry(after: .seconds(1)))
        }
    }

    @Test func `the other side's wish to wait is honoured`() {
        var machine = downloading(total: 1000)
        #expect(machine.failed(RoostError(.rateLimited, "slow down", retryAfter: .seconds(77))) == .retry(after: .seconds(77)))
        #expect(machine.failed(RoostError(.rateLimited, "slow down", retryAfter: .milliseconds(1))) == .retry(after: .seconds(2)))
    }

    @Test func `wrong bytes are fetched again once`() {
        var machine = downloading(total: 1000)
        #expect(machine.failed(RoostError(.digestMismatch, "wrong")) == .retry(after: .zero))
        #expect(machine.failed(RoostError(.digestMismatch, "wrong")) == .giveUp)
    }

    @Test(arguments: [
        RoostError.Code.repositoryNotFound, .gatedRepository, .accessDenied, .insufficientSpace, .unsupportedModel, .hubProtocolViolation,
        .engineLoadFailed, .fileSystem, .unexpected,
    ]) func `what cannot pass by itself is not tried again`(code: RoostError.Code) {
        var machine = downloading(total: 1000)
        #expect(machine.failed(RoostError(code, "no")) == .giveUp)
    }

    @Test func `the rate is that of the last seconds and vanishes in a stall`() throws {
        var machine = downloading(total: 1_000_000)
        for second in 0...10 { machine.received(Int64(second * 1000), of: file, at: .seconds(second)) }
        #expect(try #require(machine.bytesPerSecond(at: .seconds(10))) == 1000)
        #expect(try #require(machine.bytesPerSecond(at: .seconds(12))) < 1000)
        #expect(machine.bytesPerSecond(at: .seconds(60)) == nil)
    }

    @Test func `a plan with another total starts the count anew`() {
        var machine = downloading(total: 100)
        machine.received(60, of: file, at: .zero)
        machine.planned(sizeBytes: 50, totalBytes: 50, quantized: true)
        #expect(machine.downloadedBytes == 0)
    }
}
