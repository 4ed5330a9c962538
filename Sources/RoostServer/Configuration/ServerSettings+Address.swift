import RoostCore
import SystemPackage

extension ServerSettings {
    /// Returns the URL of the server on this machine that is started with the same environment and configuration file.
    /// Its flags are not taken into account.
    ///
    /// - Parameter environment: The environment variables.
    /// - Returns: A URL such as `http://127.0.0.1:8005`.
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence with the key and the allowed values.
    package static func localURL(environment: [String: String]) async throws -> String {
        // Without a home there is no configuration file in it. A command that needs the home reports the error later.
        let home = try? homeDirectory(flag: nil, environment: environment)
        let reader = try await reader(flags: Flags(), home: home, environment: environment)
        var settings = ServerSettings(home: home ?? "/")
        for setting in Setting.all where ["host", "port", "tls_certificate"].contains(setting.key) { try setting.read(&settings, reader) }
        guard settings.port != 0 else {
            throw RoostError(
                .invalidConfiguration,
                "The settings give the server any free port (0), which commands cannot determine; pass the URL that `roost serve` printed with --server or ROOST_SERVER."
            )
        }
        // A server that listens on all addresses is also reached on the loopback interface.
        let address = ["0.0.0.0": "127.0.0.1", "::": "::1"][settings.host] ?? settings.host
        return "\(settings.tlsCertificate == nil ? "http" : "https")://\(address.contains(":") ? "[\(address)]" : address):\(settings.port)"
    }
}
