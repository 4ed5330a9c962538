import RoostCore
import Synchronization

/// The source of a file's bytes. Stores the target of the Hub's redirect, so that not every part of the file needs a
/// request to the Hub.
package final class FileSource: Sendable {
    package let transport: HubTransport
    package let limits: DownloadLimits
    /// The size in bytes above which the Hub's storage does not send a complete file in one response.
    package static let largestWhole: Int64 = 50_000_000_000
    /// The file's URL at the Hub.
    private let address: String
    private let found = Mutex<HubTransport.Location?>(nil)

    package init(transport: HubTransport, address: String, limits: DownloadLimits) {
        self.transport = transport
        self.limits = limits
        self.address = address
    }

    /// Requests the file, or a part of it.
    ///
    /// - Parameter range: The part; `nil` for the complete file.
    /// - Returns: The response, with any status; its body has not been read.
    /// - Throws: The errors of `HubTransport.get`.
    package func get(_ range: Range<Int64>? = nil) async throws -> HubAnswer {
        let value = range.map { "bytes=\($0.lowerBound)-\($0.upperBound - 1)" }
        if let location = found.withLock({ $0 }) {
            do {
                let answer = try await transport.get(at: location, range: value)
                if [200, 206, 416].contains(answer.status) { return answer }
                // A signed link has probably expired: the Hub provides a new one.
                await answer.drain()
            } catch {
                // The next request asks the Hub for the location again.
                found.withLock { $0 = nil }
                throw error
            }
            found.withLock { $0 = nil }
        }
        let answer = try await transport.get(address, range: value)
        if [200, 206].contains(answer.status) { found.withLock { $0 = HubTransport.Location(url: answer.url, isFromHub: answer.isFromHub) } }
        return answer
    }
}
