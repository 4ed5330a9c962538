import PullJobs
import RoostAPI
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
        machine.enter(.downloading, at: .zero)
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

    @Test func `files that are coming are told with their sizes, and no others`() {
        var machine = downloading(total: 300)
        machine.listed([file: 100, other: 200])
        machine.received(0, of: file, at: .zero)
        #expect(machine.currentFiles(at: .zero) == [])
        machine.received(40, of: other, at: .zero)
        machine.received(60, of: file, at: .zero)
        let both = [FileProgress(path: "a.gguf", size: 100, downloadedBytes: 60), FileProgress(path: "b.gguf", size: 200, downloadedBytes: 40)]
        #expect(machine.currentFiles(at: .zero) == both && machine.currentFiles(at: .zero, limit: 1) == [both[0]])
        machine.received(100, of: file, at: .zero)
        #expect(machine.currentFiles(at: .zero) == [both[1]])
        machine.received(200, of: other, at: .zero)
        #expect(machine.currentFiles(at: .zero) == nil)
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

    @Test func `failures that can pass are tried again after pauses that double, then given up`() {
        var machine = downloading(total: 100)
        var pauses: [Duration] = []
        while case .retry(let pause) = machine.failed(RoostError(.network, "no line")) { pauses.append(pause) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map { .seconds($0) })
        #expect(machine.stage == .waitingForNetwork && machine.retryCount == 10)
    }

    @Test func `the budget is the job's own and spans its runs`() {
        var none = PullStateMachine(maxRetries: 0)
        #expect(none.failed(RoostError(.network, "no line")) == .giveUp)
        var late = PullStateMachine(retryCount: 2, maxRetries: 3)
        #expect(late.failed(RoostError(.network, "no line")) == .retry(after: .seconds(4)))
        #expect(late.failed(RoostError(.network, "no line")) == .giveUp)
    }

    @Test func `jitter spreads the pauses by a quarter`() {
        var (low, high) = (downloading(total: 100), downloading(total: 100))
        #expect(low.failed(RoostError(.network, "no line"), jitter: 0) == .retry(after: .milliseconds(750)))
        #expect(high.failed(RoostError(.network, "no line"), jitter: 1) == .retry(after: .milliseconds(1250)))
    }

    @Test func `progress gives the budget back`() {
        var machine = downloading(total: 1000)
        for step in 1...50 {
            machine.received(Int64(step), of: file, at: .seconds(step))
            #expect(machine.failed(RoostError(.network, "no line")) == .retry(after: .seconds(1)))
        }
    }

    @Test func `bytes of an earlier run are no progress`() {
        var machine = PullStateMachine(retryCount: 3, maxRetries: 5)
        machine.planned(sizeBytes: 100, totalBytes: 100, quantized: true)
        machine.found(60, of: file, at: .zero)
        #expect(machine.failed(RoostError(.network, "no line")) == .retry(after: .seconds(8)))
        #expect(machine.retryCount == 4)
    }

    @Test func `a download that brings nothing for ten seconds is stalled`() {
        var machine = downloading(total: 100)
        #expect(machine.stage(at: .seconds(9)) == .downloading)
        #expect(machine.stage(at: .seconds(11)) == .stalled)
        machine.received(10, of: file, at: .seconds(12))
        #expect(machine.stage(at: .seconds(13)) == .downloading)
    }

    @Test func `the other side's wish to wait is honoured`() {
        var machine = downloading(total: 1000)
        #expect(machine.failed(RoostError(.rateLimited, "slow down", retryAfter: .seconds(77))) == .retry(after: .seconds(77)))
        #expect(machine.failed(RoostError(.rateLimited, "slow down", retryAfter: .milliseconds(1))) == .retry(after: .seconds(2)))
    }

    @Test func `a wrong number of bytes is fetched again once, wrong bytes were so already`() {
        var machine = PullStateMachine()
        #expect(machine.failed(RoostError(.sizeMismatch, "wrong")) == .again)
        #expect(machine.failed(RoostError(.sizeMismatch, "wrong")) == .giveUp)
        var other = PullStateMachine()
        #expect(other.failed(RoostError(.digestMismatch, "wrong")) == .giveUp)
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
        #expect(try #require(machine.etaSeconds(at: .seconds(10))) == 990)
    }

    @Test func `the rate after a resume counts only the bytes that have come since`() throws {
        var machine = PullStateMachine()
        machine.beginAttempt()
        machine.planned(sizeBytes: 10_000_000, totalBytes: 10_000_000, quantized: true)
        // Two files of an earlier run, looked at one after the other.
        machine.found(4_000_000, of: file, at: .zero)
        machine.found(5_000_000, of: other, at: .milliseconds(500))
        machine.enter(.downloading, at: .milliseconds(500))
        machine.received(4_000_000, of: file, at: .milliseconds(700))
        #expect(machine.bytesPerSecond(at: .milliseconds(700)) == 0)
        machine.received(4_000_100, of: file, at: .milliseconds(1500))
        #expect(machine.bytesPerSecond(at: .milliseconds(1500)) == 100)
    }

    @Test func `a plan with another total starts the count anew`() {
        var machine = downloading(total: 100)
        machine.received(60, of: file, at: .zero)
        machine.planned(sizeBytes: 50, totalBytes: 50, quantized: true)
        #expect(machine.downloadedBytes == 0)
    }

    @Test func `how much of a model is made is told while it is being made, from nothing again with each try`() {
        var machine = downloading(total: 100)
        #expect(machine.conversionProgress == nil)
        machine.converted(30, of: 120)
        #expect(machine.conversionProgress == 0.25)
        machine.enter(.quantizing, at: .zero)
        #expect(machine.conversionProgress == 0.25)
        machine.enter(.loading, at: .zero)
        #expect(machine.conversionProgress == nil)
        machine.beginAttempt()
        machine.enter(.downloading, at: .zero)
        #expect(machine.conversionProgress == nil)
    }
}
