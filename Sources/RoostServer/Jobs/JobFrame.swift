import NIOCore
import RoostCore

/// A piece of an event stream, written once for all who watch.
enum JobFrame: Sendable {
    /// An entry of the history, which nobody may miss.
    case event(JobEvent, ByteBuffer)
    /// Progress or a heartbeat, which the next one replaces.
    case passing(ByteBuffer)

    /// `id`, `event` and `data` of an entry of the history.
    ///
    /// - Parameter event: The entry.
    init(_ event: JobEvent) {
        var bytes = ByteBuffer(string: "id: \(event.id)\nevent: \(event.kind.rawValue.filter { !$0.isNewline })\ndata: ")
        bytes.writeImmutableBuffer(JSON.buffer(event))
        bytes.writeString("\n\n")
        self = .event(event, bytes)
    }

    /// How far a job is; without `id`, so that a client that comes back asks for what is in the history.
    ///
    /// - Parameter view: The job.
    init(progress view: JobView) {
        var bytes = ByteBuffer(string: "event: progress\ndata: ")
        bytes.writeImmutableBuffer(JSON.buffer(view))
        bytes.writeString("\n\n")
        self = .passing(bytes)
    }

    /// A comment, which tells both sides that the other is still there.
    static let heartbeat = JobFrame.passing(ByteBuffer(string: ": still here\n\n"))

    /// The first bytes of a stream: where it begins, for a client that is cut off before anything happens.
    ///
    /// - Parameter number: The number of the last event that the client has or does not want.
    /// - Returns: The bytes.
    static func opening(after number: Int64) -> ByteBuffer { ByteBuffer(string: "retry: 1000\nid: \(number)\n\n") }

    var bytes: ByteBuffer {
        switch self {
        case .event(_, let bytes), .passing(let bytes): bytes
        }
    }
}
