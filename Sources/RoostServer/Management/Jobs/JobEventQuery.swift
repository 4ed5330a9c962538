import HTTPTypes
import Hummingbird
import RoostCore

/// The parameters of a request for a history: as a stream or in one piece, and from which event.
struct JobEventQuery {
    /// Whether an array is requested and not a stream.
    let wantsJSON: Bool
    /// The number of the last event that the client has.
    let after: Int64?
    /// Whether the client reconnects after its stream has ended.
    let isReturning: Bool
    /// The most events in an array.
    let limit: Int

    /// Parses a request.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the parameter and the allowed values.
    init(_ request: Request) throws {
        let query = QueryFields(request)
        let accept = request.headers[.accept] ?? ""
        switch query.text("format") {
        case nil: wantsJSON = accept.contains("application/json") && !accept.contains("text/event-stream")
        case "json": wantsJSON = true
        case "sse": wantsJSON = false
        default: throw query.wrong("format", "must be one of json, sse")
        }
        limit = try query.int("limit", in: 1...1000) ?? 100
        let parameter = try query.int("after", in: 0...Int.max).map(Int64.init)
        // A browser that reconnects sends the original URL and a newer number in the header.
        if let header = request.headers[.lastEventID] {
            guard let number = Int64(header), number >= 0 else {
                throw RoostError(
                    .invalidRequest, "`Last-Event-ID` must be the number of an event; it is \(header.quotedForPeople).", field: "Last-Event-ID")
            }
            after = number
            isReturning = true
        } else {
            after = parameter
            isReturning = false
        }
    }
}

extension HTTPField.Name {
    /// The number of the last event that a client has (WHATWG's "Server-sent events").
    static let lastEventID = Self("Last-Event-ID")!
}
