import Access
import HTTPTypes
import Hummingbird
import Logging
import RoostCore

/// One line of the log for each request, when its answer is ready: method, path, status and duration, under the id that
/// the answer has as `X-Request-Id`, with the public id of its key. Reads are logged at the level debug, all others at info. Queries and bodies, which
/// can contain secrets and prompts, are not logged.
struct RequestLog: Sendable {
    private let method: HTTPRequest.Method
    private let path: String
    private let context: RoostContext
    private let start = ContinuousClock.now

    /// Begins the line of a request.
    init(_ request: Request, _ context: RoostContext) {
        method = request.method
        path = request.uri.path
        self.context = context
    }

    /// Returns an answer with the request's id. The line of a stream is written when it has ended.
    ///
    /// - Parameter response: The answer.
    /// - Returns: The answer to send.
    func logged(_ response: Response) -> Response {
        var response = response
        response.headers[.requestID] = context.logger.requestID
        let (body, status) = (response.body, response.status.code)
        guard body.contentLength == nil else {
            write(status, isSent: true)
            return response
        }
        response.body = ResponseBody { writer in
            do {
                try await body.write(writer)
                write(status, isSent: true)
            } catch {
                write(status, isSent: false)
                throw error
            }
        }
        return response
    }

    private func write(_ status: Int, isSent: Bool) {
        let level: Logger.Level = [.get, .head, .options].contains(method) ? .debug : .info
        // Most lines are of reads, which few servers log.
        guard level >= context.logger.logLevel else { return }
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        var metadata: Logger.Metadata = [
            "method": "\(method)", "path": "\(path.quotedForPeople)", "status": "\(status)", "milliseconds": "\(milliseconds.rounded())",
        ]
        if let key = context.caller.key?.id { metadata["key"] = "\(key)" }
        context.logger.log(
            level: level, isSent ? "Answered a request" : "An answer could not be sent completely", metadata: metadata)
    }
}

extension Logger {
    /// The id of the request whose lines this logger writes. Hummingbird gives it to all of them; a log that keeps no metadata has
    /// none.
    var requestID: String? { self[metadataKey: "hb.request.id"].map { "\($0)" } }
}

extension HTTPField.Name {
    /// The id of a request in the log.
    fileprivate static let requestID = Self("X-Request-Id") ?? .server
}
