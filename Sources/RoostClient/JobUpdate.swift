public import RoostCore

/// What an event stream tells.
public enum JobUpdate: Sendable, Hashable, Decodable {
    /// An entry of the history; `id` is where to continue when the connection breaks.
    case event(JobEvent)
    /// How far a job is. It is told only while a client listens, and is not part of the history.
    case progress(JobView)

    /// Reads the data of a server-sent event.
    ///
    /// - Parameter decoder: Where from.
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = container.contains(.jobID) ? .event(try JobEvent(from: decoder)) : .progress(try JobView(from: decoder))
    }

    private enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
    }
}
