import Engines
import HTTPServing
import ModelLibrary
import NIOCore
import RoostCore

/// An answer of an engine that another engine continues once, if the first one ends in the middle of a text.
///
/// Only an answer with text is continued. A request whose engine ended before the first text is more likely the cause,
/// and a second try could end other answers too.
struct ContinuableAnswer {
    let engines: EngineSupervisor
    let entry: ModelEntry
    let request: EngineRequest

    /// Requests the answer and passes it on until its end.
    ///
    /// - Parameters:
    ///   - ready: Called when the engine is ready for the request.
    ///   - begin: Gets the status of the answer.
    ///   - pass: Gets the bytes; of a streamed answer only complete events, except for the last bytes.
    /// - Throws: `RoostError`, of the first engine if the answer could not be continued; the errors of `pass`;
    ///   `CancellationError`.
    func run(ready: () -> Void, begin: (Int) -> Void, pass: (ByteBuffer) async throws -> Void) async throws {
        var record = AnswerRecord()
        do {
            try await withResponse(to: request, request.lease, ready) { response in
                begin(response.status)
                for try await bytes in response.body {
                    let events = record.add(bytes)
                    if events.readableBytes > 0 { try await pass(events) }
                }
            }
        } catch let error as RoostError where error.code == .engineCrashed {
            // Both the answer and the request can have megabytes of JSON.
            let found = try await WorkThreads.run { [record, request] in
                record.text().flatMap { text in request.continuing(text).map { (text: text, rest: $0) } }
            }
            guard let found else { throw error }
            return try await goOn(with: found.rest, after: found.text, error, pass)
        }
        let rest = record.takeRest()
        if rest.readableBytes > 0 { try await pass(rest) }
    }

    private func goOn(
        with rest: EngineRequest, after text: AnswerRecord.Text, _ crash: RoostError, _ pass: (ByteBuffer) async throws -> Void
    ) async throws {
        var record = AnswerRecord()
        var events = ContinuedEvents(after: text.tokens)
        var lease = rest.lease
        lease.continues = true
        // The engine itself refuses what no longer fits; nothing is counted in the middle of an answer.
        lease.text = nil
        try await withResponse(to: rest, lease) { response in
            // Some chat templates accept no begin of an answer.
            guard response.status == 200 else { throw crash }
            for try await bytes in response.body {
                let translated = events.translate(record.add(bytes))
                if translated.readableBytes > 0 { try await pass(translated) }
            }
        }
        let last = record.takeRest()
        if last.readableBytes > 0 { try await pass(last) }
    }

    private func withResponse(
        to request: EngineRequest, _ lease: LeaseRequest, _ ready: () -> Void = {}, _ body: (EngineResponse) async throws -> Void
    ) async throws {
        try await engines.withEngine(
            for: entry, request: lease, check: { try request.check(against: $0, of: entry.reference) }
        ) { connection in
            ready()
            try await body(try await connection.send(path: request.kind.path, body: request.body))
        }
    }
}
