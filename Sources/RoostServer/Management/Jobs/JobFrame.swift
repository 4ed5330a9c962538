import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// A piece of an event stream, encoded once for all watchers.
enum JobFrame: Sendable {
    /// An event of the history, which every watcher has to receive.
    case event(JobEvent, ByteBuffer)
    /// News outside the history, which every watcher has to receive.
    case news(ByteBuffer)
    /// Progress or a heartbeat, which the next one replaces.
    case passing(ByteBuffer)

    /// Creates `id`, `event` and `data` of an event of the history.
    ///
    /// - Parameter event: The event.
    init(_ event: JobEvent) {
        var bytes = ByteBuffer(string: "id: \(event.id)\nevent: \(event.kind.rawValue.filter { !$0.isNewline })\ndata: ")
        bytes.writeImmutableBuffer(JSON.buffer(event))
        bytes.writeString("\n\n")
        self = .event(event, bytes)
    }

    /// Creates the progress of a job. It has no `id`, so that a reconnecting client continues at an event of the
    /// history.
    ///
    /// - Parameter view: The job.
    init(progress view: JobView) {
        var bytes = ByteBuffer(string: "event: progress\ndata: ")
        bytes.writeImmutableBuffer(JSON.buffer(view))
        bytes.writeString("\n\n")
        self = .passing(bytes)
    }

    /// Creates the news that a job was deleted, after which its history is gone too.
    ///
    /// - Parameter id: The job.
    init(deleted id: String) {
        var bytes = ByteBuffer(string: "event: deleted\ndata: ")
        bytes.writeImmutableBuffer(JSON.buffer(["event": "deleted", "job_id": id]))
        bytes.writeString("\n\n")
        self = .news(bytes)
    }

    /// The news that finished jobs were deleted: a list of jobs has to be read again.
    static let pruned = JobFrame.news(ByteBuffer(string: "event: pruned\ndata: {\"event\":\"pruned\"}\n\n"))

    /// A comment that shows both sides that the connection is alive.
    static let heartbeat = JobFrame.passing(ByteBuffer(string: ": still here\n\n"))

    /// Returns the first bytes of a stream: its starting point, for a client that is disconnected before the first
    /// event.
    ///
    /// - Parameter number: The number of the last event that the client has or does not want.
    /// - Returns: The bytes.
    static func opening(after number: Int64) -> ByteBuffer { ByteBuffer(string: "retry: 1000\nid: \(number)\n\n") }

    var bytes: ByteBuffer {
        switch self {
        case .event(_, let bytes), .news(let bytes), .passing(let bytes): bytes
        }
    }
}
