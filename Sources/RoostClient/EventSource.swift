import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostCore

/// Reads an event stream of the server.
struct EventSource: Sendable {
    /// The most updates that may wait for a slow reader. When it is exceeded, the reader receives the waiting updates
    /// and then the end of the stream.
    private static let backlog = 10_000

    let client: RoostClient
    /// The path of the stream.
    let path: String
    /// The number of the last event that the caller has.
    let after: Int64?

    /// The updates as they arrive. The request is sent at once, and ends when the stream is discarded.
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
                if let update = try update(text), case .dropped = continuation.yield(update) { return }
            }
        }
    }

    private func update(_ text: String) throws -> JobUpdate? {
        do {
            return try JSONDecoder().decode(Line.self, from: Data(text.utf8)).update
        } catch {
            throw RoostError(.unexpected, "\(client.server) sent no valid event. Check that client and server have the same version.", cause: error)
        }
    }

    /// The data of a server-sent event. News without an id, such as of a job that was deleted, concerns only those who show a list.
    private struct Line: Decodable {
        let update: JobUpdate?

        init(from decoder: any Decoder) throws {
            let hasID = try decoder.container(keyedBy: CodingKeys.self).contains(.id)
            update = hasID ? try JobUpdate(from: decoder) : nil
        }

        private enum CodingKeys: CodingKey { case id }
    }
}
