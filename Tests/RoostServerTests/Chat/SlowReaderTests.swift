import Engines
import ModelLibrary
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// A client that does not read its answer, with the real engine.
@Suite struct SlowReaderTests {
    @Test func `the slot of an answer that its client does not read is free again after a while`() async throws {
        try await TestInference.run { inference in
            let fields = try RequestFields(
                body: ByteBuffer(
                    string:
                        #"{"model":"acme/smol","stream":true,"max_tokens":900,"temperature":0,"ignore_eos":true,"messages":[{"role":"user","content":"Count to a thousand."}]}"#
                ))
            let asked = try EngineRequest(completions: fields).from(TestInference.context)
            let entry = try await inference.entry(for: asked)
            let (request, meter) = try inference.accounts.begin(asked, entry.reference)
            let stream = EngineStream(
                engines: inference.engines, entry: entry, request: request, meter: meter, holding: nil, pulse: .milliseconds(10),
                delay: ReadingDelay(free: .milliseconds(100)), on: nil)
            #expect(try await stream.accepted(patience: true))
            while await inference.engines.loadedModels().first?.running != 0 { try await Task.sleep(for: .milliseconds(20)) }
            // The client still gets what the engine has made.
            var pieces = 0
            let error = await #expect(throws: RoostError.self) { for try await _ in stream.pieces { pieces += 1 } }
            #expect(error?.code == .timedOut && error?.message.contains("has waited for its client") == true && (1...8).contains(pieces))
        }
    }
}
