import Configuration
import Foundation
import HTTPServing
import Logging
import RoostCore
package import SystemPackage

extension ServerSettings {
    /// The flags on the command line.
    package struct Flags: Sendable {
        /// `--home`; `nil` when it is missing.
        package var home: String?
        /// `--config`; `nil` when it is missing.
        package var config: String?
        /// The values of the settings' flags, by key.
        package var values: [String: String] = [:]

        /// Creates flags that are all missing.
        package init() {}
    }

    /// Reads flags, environment and configuration file. A flag overrides the environment, the environment overrides the
    /// file.
    ///
    /// - Parameters:
    ///   - flags: The flags on the command line.
    ///   - environment: The environment variables.
    /// - Returns: The settings, validated.
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence with the key and the allowed values.
    package static func load(flags: Flags, environment: [String: String]) async throws -> ServerSettings {
        try refuseUnknownVariables(environment)
        let home = try homeDirectory(flag: flags.home, environment: environment)
        let reader = try await reader(flags: flags, home: home, environment: environment)
        var settings = ServerSettings(home: home)
        for setting in Setting.all { try setting.read(&settings, reader) }
        try settings.refuseContradictions()
        return settings
    }

    /// Checks values for config.json, together with those of the environment for the other settings.
    ///
    /// - Parameters:
    ///   - texts: The values by key, as a person types them.
    ///   - environment: The environment variables.
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence with the key and the allowed values.
    static func check(_ texts: [String: String], environment: [String: String]) throws {
        let values = Setting.all.compactMap { setting in texts[setting.key].map { (setting.variable, $0) } }
        let sources: [(name: @Sendable (Setting.Name) -> String, provider: any ConfigProvider)] = [
            ({ "`\($0.key)`" }, variables(Dictionary(values) { _, last in last })),
            ({ $0.variable }, variables(environment.filter { !$0.value.isEmpty })),
        ]
        let reader = SettingsReader(sources: sources)
        var settings = ServerSettings(home: "/")
        for setting in Setting.all { try setting.read(&settings, reader) }
        try settings.refuseContradictions()
    }

    private func refuseContradictions() throws {
        try refuseUnsignedWebhooks()
        try refuseRemoteAddress()
        try refuseHalfCertificate()
    }

    /// Creates a reader of flags, environment and configuration file. An empty variable counts as not set.
    static func reader(flags: Flags, home: FilePath?, environment: [String: String]) async throws -> SettingsReader {
        let file = (flags.config ?? environment["ROOST_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }).map { FilePath($0) }
        var document: ConfigurationFile?
        if let path = file ?? home?.appending("config.json") { document = try await ConfigurationFile.load(path, mustExist: file != nil) }
        let fileName = document?.path.string ?? ""
        let flagVariables = Setting.all.compactMap { setting in flags.values[setting.key].map { (setting.variable, $0) } }
        var sources: [(name: @Sendable (Setting.Name) -> String, provider: any ConfigProvider)] = [
            ({ $0.flag }, variables(Dictionary(flagVariables) { _, last in last })),
            ({ $0.variable }, variables(environment.filter { !$0.value.isEmpty })),
        ]
        if let document { sources.append(({ "`\($0.key)` in \(fileName)" }, document.provider)) }
        return SettingsReader(sources: sources)
    }

    /// Returns a provider of texts by environment variable.
    private static func variables(_ values: [String: String]) -> any ConfigProvider {
        let variables = Dictionary(Setting.all.map { ($0.key, $0.variable) }) { _, last in last }
        return EnvironmentVariablesProvider(environmentVariables: values).mapKeys { key in
            let name = variables[key.components.joined()] ?? key.components.joined()
            return AbsoluteConfigKey(name.lowercased().split(separator: "_").map(String.init))
        }
    }

    /// The minimum length of the webhook secret in bytes: a shorter one could be guessed from a recorded call.
    static let shortestSecret = 16

    private func refuseUnsignedWebhooks() throws {
        guard !webhookAllowedHosts.isEmpty, webhookSecret == nil else { return }
        throw RoostError(
            .invalidConfiguration,
            "Webhooks are allowed to \(webhookAllowedHosts.joined(separator: ", ")), but there is nothing to sign them with; set ROOST_WEBHOOK_SECRET (or `webhook_secret` in config.json) to \(Self.shortestSecret) or more random characters, such as the output of `openssl rand -hex 32`."
        )
    }

    private func refuseHalfCertificate() throws {
        guard (tlsCertificate == nil) != (tlsKey == nil) else { return }
        throw RoostError(
            .invalidConfiguration, "TLS needs both --tls-certificate (ROOST_TLS_CERTIFICATE) and --tls-key (ROOST_TLS_KEY); one of them is missing.")
    }

    /// Reads the certificate for TLS.
    ///
    /// - Returns: The certificate; `nil` for plain HTTP.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    func certificates(logger: Logger) throws -> TLSCertificates? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return try TLSCertificates(certificate: tlsCertificate, key: tlsKey, logger: logger)
    }

    /// Whether only this machine can reach the server.
    private var isOnLoopback: Bool { HostName(bare: host)?.isLoopback == true }

    /// Refuses an address that other machines can reach, unless the operator allows it.
    private func refuseRemoteAddress() throws {
        guard !isOnLoopback, !allowRemote else { return }
        throw RoostError(
            .invalidConfiguration,
            "\(host) can be reached from other machines; to allow this, add --allow-remote (ROOST_ALLOW_REMOTE=true)."
        )
    }

    /// Refuses to serve other machines without keys.
    ///
    /// - Parameter needsKeys: Whether there is a key, so that requests need one.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    func refuseOpenServer(needsKeys: Bool) throws {
        guard !isOnLoopback, !needsKeys, !insecure else { return }
        throw RoostError(
            .invalidConfiguration,
            "\(host) can be reached from other machines, and there is no key, so that each of them could use Roost. Make a key with `roost keys create NAME --scope admin`, or, if all of them may, add --insecure (ROOST_INSECURE=true)."
        )
    }

    /// Returns the home: the flag, otherwise `ROOST_HOME`, otherwise `~/.roost`.
    ///
    /// - Parameters:
    ///   - flag: `--home`.
    ///   - environment: The environment variables.
    /// - Returns: An absolute path.
    /// - Throws: `RoostError` with code `invalidConfiguration` when none of them nor `HOME` is set.
    package static func homeDirectory(flag: String?, environment: [String: String]) throws -> FilePath {
        if let chosen = flag ?? environment["ROOST_HOME"], !chosen.isEmpty {
            return FilePath(URL(fileURLWithPath: chosen).path)
        }
        guard let userHome = environment["HOME"], userHome.hasPrefix("/") else {
            throw RoostError(.invalidConfiguration, "Neither ROOST_HOME nor HOME is set; set the folder for Roost's files with --home.")
        }
        return FilePath(userHome).appending(".roost")
    }

    private static func refuseUnknownVariables(_ environment: [String: String]) throws {
        let known = Set(Setting.all.map(\.variable)).union(Setting.otherVariables)
        let unknown = environment.keys.filter { $0.hasPrefix("ROOST_") && !$0.hasPrefix("ROOST_TEST_") && !known.contains($0) }.sorted()
        guard let first = unknown.first else { return }
        throw RoostError(
            .invalidConfiguration, "\(first) is not a setting of Roost; the known ones are \(known.sorted().joined(separator: ", ")).")
    }
}
