import RoostClient
import RoostCore
import Testing

/// The client's side of an event stream.
struct EventSourceTests {
    @Test func `events and progress are read, and news of deleted jobs is left out`() async throws {
        let event = #"{"event":"note","id":7,"job_id":"a","status":"running","time":"2026-01-31T12:00:00.000Z","message":"Here."}"#
        let parts = [
            "retry: 1000\nid: 6\n\n", "event: deleted\ndata: {\"event\":\"deleted\",\"job_id\":\"b\"}\n\n",
            "event: pruned\ndata: {\"event\":\"pruned\"}\n\n", "id: 7\nevent: note\ndata: \(event)\n\n",
        ]
        try await BenchServer.run { _ in
            .init(parts: parts)
        } _: { server in
            var read: [JobUpdate] = []
            for try await update in try RoostClient(server: server.url).events(of: nil) { read.append(update) }
            guard case .event(let event)? = read.first else {
                Issue.record("no event was read")
                return
            }
            #expect(read.count == 1 && event.id == 7 && event.message == "Here.")
        }
    }

    @Test func `an event that cannot be read ends the stream with an error`() async throws {
        try await BenchServer.run { _ in
            .init(parts: ["data: {\"id\":7}\n\n"])
        } _: { server in
            let updates = try RoostClient(server: server.url).events(of: nil)
            let error = await #expect(throws: RoostError.self) { for try await _ in updates {} }
            #expect(error?.message.contains("no valid event") == true)
        }
    }
}
