import RoostCore
import Synchronization

/// Where the bytes of one file come from. Remembers where the Hub redirected to, so that not every part of a file asks the way again.
final class FileSource: Sendable {
    let transport: HubTransport
    let limits: DownloadLimits
    /// The Hub's storage gives no file above this size, in bytes, to whoever asks for all of it at once.
    static let largestWhole: Int64 = 50_000_000_000
    /// The file's URL at the Hub.
    private let address: String
    private let found = Mutex<HubTransport.Location?>(nil)

    init(transport: HubTransport, address: String, limits: DownloadLimits) {
        self.transport = transport
        self.limits = limits
        self.address = address
    }

    /// Gets the file, or a part of it.
    ///
    /// - Parameter range: The part; `nil` for everything.
    /// - Returns: The answer, whatever its status; its body has not been read.
    /// - Throws: As `HubTransport.get`.
    func get(_ range: Range<Int64>? = nil) async throws -> HubAnswer {
        let value = range.map { "bytes=\($0.lowerBound)-\($0.upperBound - 1)" }
        if let location = found.withLock({ $0 }) {
            do {
                let answer = try await transport.get(at: location, range: value)
                if [200, 206, 416].contains(answer.status) { return answer }
                // A signed link has expired, most likely: the Hub knows a fresh one.
                await answer.drain()
            } catch {
                // Whoever asks again asks the Hub for the way.
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
