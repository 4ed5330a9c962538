import Testing

@testable import Engines

@Suite struct EngineWaitTests {
    @Test func `what a request waits for is told in words`() {
        let load = EngineWait.load(LoadProgress(stage: .warmingUp, elapsed: .milliseconds(11_200), totalBytes: 1))
        #expect(load.description == "loading the model: warming up, 11 s so far" && load.time == nil)
        #expect(EngineWait.turn(position: 3, time: .seconds(14)).description == "waiting for its turn, position 3, about 14 s")
        #expect(EngineWait.turn(position: 1, time: nil).description == "waiting for its turn, position 1")
        #expect(EngineWait.answer.description == "reading the prompt")
    }

    @Test func `the time until a turn is estimated when a request has shown how long one takes`() throws {
        var queue = AdmissionQueue(slots: 1)
        for id in 1...3 { try queue.add(.init(id: id, client: "a", slots: 1, tokens: 1)) }
        #expect(queue.start(at: .zero).map(\.id) == [1] && queue.estimatedWait(ofPosition: 1) == nil)
        queue.remove(1, at: .seconds(4), isAnswered: true)
        _ = queue.start(at: .seconds(4))
        #expect(queue.position(of: 3) == 1 && queue.estimatedWait(ofPosition: 1) == .seconds(4) && queue.estimatedWait(ofPosition: 2) == .seconds(8))
    }

    @Test func `the stage of a load is the last one that the engine has printed`() {
        let log = EngineLog()
        #expect(log.loadStage == .starting)
        for (line, stage) in [
            ("srv  llama_server: initializing ...", LoadProgress.Stage.starting), ("srv    load_model: loading model '/models/a.gguf'", .reading),
            ("cmn  other", .reading), ("cmn          init: llama threadpool init, n_threads = 2", .warmingUp),
            ("srv    load_model: initializing, n_slots = 4", .warmingUp), ("srv  llama_server: model loaded", .warmingUp),
        ] {
            log.append(Array("0.00.123.456 I \(line)\n".utf8))
            #expect(log.loadStage == stage, "\(line)")
        }
    }
}
