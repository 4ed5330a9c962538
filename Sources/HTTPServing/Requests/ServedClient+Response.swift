package import Hummingbird
package import RoostCore

extension ServedClient {
    /// Answers a request for a client. A body that is created while it is sent is created for it too.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - respond: Answers the request.
    /// - Returns: The answer.
    /// - Throws: The errors of `respond`.
    package static func respond(as client: String, _ respond: () async throws -> Response) async throws -> Response {
        var response = try await $name.withValue(client) { try await respond() }
        // A body with a length is there already.
        if response.body.contentLength == nil {
            response.body = ResponseBody { [body = response.body] writer in
                try await $name.withValue(client) { try await body.write(writer) }
            }
        }
        return response
    }
}
