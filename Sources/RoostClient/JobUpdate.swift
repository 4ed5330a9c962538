package import RoostAPI
package import RoostCore

/// An element of an event stream.
package enum JobUpdate: Sendable, Hashable, Decodable {
    /// An entry of the history; its `id` is the place to continue at after the connection breaks.
    case event(JobEvent)
    /// The progress of a job. It is sent only to connected clients and is not part of the history.
    case progress(JobView)

    /// Decodes the data of a server-sent event.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: The errors of the decoder.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = container.contains(.jobID) ? .event(try JobEvent(from: decoder)) : .progress(try JobView(from: decoder))
    }

    private enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
    }
}
