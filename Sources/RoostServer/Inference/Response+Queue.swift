import Engines
import HTTPTypes
import Hummingbird

extension Response {
    /// Returns the response with `X-Roost-Queue-Position` if the request had to wait for others.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response.
    func queued(_ request: EngineRequest) -> Response {
        var response = self
        if let name = HTTPField.Name("X-Roost-Queue-Position") { response.headers[name] = request.ticket.position.map { String($0) } }
        return response
    }
}
