import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore

/// Reads an event stream of the server.
struct EventSource: Sendable {
    /// How many updates may wait for a reader. Who is slower than that gets what waits, and then the stream's end.
    private static let backlog = 10_000

    let client: RoostClient
    /// The path of the stream.
    let path: String
    /// The number of the last event known.
    let after: Int64?

    /// The updates as they come. The request is sent at once, and ends when the stream is thrown away.
    var updates: AsyncThrowingStream<JobUpdate, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingOldest(Self.backlog)) { continuation in
            let reading = Task {
                do {
                    try await read(into: continuation)
                    continuation.finish()
                } catch let error as RoostError {
                    continuation.finish(throwing: error)
                } catch is CancellationError {
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: client.brokenConnection(error))
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }

    private func read(into continuation: AsyncThrowingStream<JobUpdate, any Error>.Continuation) async throws {
        var headers: HTTPHeaders = ["Accept": "text/event-stream"]
        if let after { headers.add(name: "Last-Event-ID", value: String(after)) }
        var splitter = ServerSentEvents()
        for try await bytes in try await client.send(.GET, path, headers: headers).body {
            for text in try splitter.feed(bytes.readableBytesView) {
                if case .dropped = continuation.yield(try update(text)) { return }
            }
        }
    }

    private func update(_ text: String) throws -> JobUpdate {
        do {
            return try JSONDecoder().decode(JobUpdate.self, from: Data(text.utf8))
        } catch {
            throw RoostError(.unexpected, "\(client.server) told something that is not Roost's API; is it the same version?", cause: error)
        }
    }
}
