import RoostCore
import SystemPackage

extension ServerSettings {
    /// Where commands of this machine find the server that is started with the same environment and configuration file. Flags of `roost serve` are
    /// not known to them.
    ///
    /// - Parameter environment: The environment variables.
    /// - Returns: A URL such as `http://127.0.0.1:8005`.
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence that names the key and what it may be.
    public static func localURL(environment: [String: String]) async throws -> String {
        // Without a home there is no file in it; the command that needs one will say so.
        let home = try? homeDirectory(flag: nil, environment: environment)
        let reader = try await reader(flags: Flags(), home: home, environment: environment)
        let defaults = ServerSettings(home: home ?? "/")
        let port = try reader.int(.port, in: 0...65_535, default: defaults.port)
        guard port != 0 else {
            throw RoostError(
                .invalidConfiguration,
                "The settings give the server any free port (0), which commands cannot know; name the server that `roost serve` printed with --server or ROOST_SERVER."
            )
        }
        let host = try reader.string(.host, allowed: hostRule, parse: parseHost) ?? defaults.host
        // A server that listens everywhere is reached on the loopback interface too.
        let address = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
        return "http://\(address.contains(":") ? "[\(address)]" : address):\(port)"
    }

    static let hostRule = "an address to listen on"

    static func parseHost(_ text: String) -> String? { text.isEmpty ? nil : text }
}
