import Engines
import HTTPTypes
import Hummingbird

extension Response {
    /// Returns the response with `X-Roost-Queue-Position` if the request had to wait for others, and with
    /// `X-Roost-Estimated-Wait`, the seconds until its turn as they were estimated when it came, if they could be.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response.
    func queued(_ request: EngineRequest) -> Response {
        var response = self
        response.headers[.queuePosition] = request.ticket.position.map { String($0) }
        response.headers[.estimatedWait] = request.ticket.estimatedWait.map { String(Int(($0 / .seconds(1)).rounded(.up))) }
        return response
    }
}

extension HTTPField.Name {
    fileprivate static let queuePosition = Self("X-Roost-Queue-Position") ?? .server
    fileprivate static let estimatedWait = Self("X-Roost-Estimated-Wait") ?? .server
}
