import Configuration
import Foundation
import HTTPServing
import Logging
import ModelFormats
import RoostCore
package import SystemPackage

extension ServerSettings {
    /// The flags on the command line; `nil` for a missing one.
    package struct Flags: Sendable {
        /// `--home`.
        package var home: String?
        /// `--config`.
        package var config: String?
        /// `--host`.
        package var host: String?
        /// `--port`.
        package var port: Int?
        /// `--allow-remote`.
        package var allowRemote: Bool?
        /// `--allowed-hosts`.
        package var allowedHosts: String?
        /// `--log-level`.
        package var logLevel: String?
        /// `--llama-server`.
        package var llamaServer: String?
        /// `--context-length`.
        package var contextLength: Int?
        /// `--threads`.
        package var threads: Int?
        /// `--model-load-timeout`.
        package var modelLoadTimeout: Int?
        /// `--model-load-cooldown`.
        package var modelLoadCooldown: Int?
        /// `--max-cache-models`.
        package var maxCacheModels: Int?
        /// `--max-concurrent-pulls`.
        package var maxConcurrentPulls: Int?
        /// `--max-connections-per-address`.
        package var maxConnectionsPerAddress: Int?
        /// `--model-q4-threshold-bytes`.
        package var q4Threshold: Int?
        /// `--max-download-rate`.
        package var maxDownloadRate: String?
        /// `--download-windows`.
        package var downloadWindows: String?
        /// `--disk-reserve`.
        package var diskReserve: String?
        /// `--inference-body-limit`.
        package var inferenceBodyLimit: String?
        /// `--webhook-allowed-hosts`.
        package var webhookAllowedHosts: String?
        /// `--job-retention-days`.
        package var jobRetentionDays: Int?
        /// `--job-retention-per-model`.
        package var jobRetentionPerModel: Int?
        /// `--backup-interval-hours`.
        package var backupIntervalHours: Int?
        /// `--backup-keep`.
        package var backupKeep: Int?
        /// `--share`.
        package var share: Bool?
        /// `--share-host`.
        package var shareHost: String?
        /// `--share-port`.
        package var sharePort: Int?
        /// `--share-allow`.
        package var shareAllow: String?
        /// `--share-token-file`.
        package var shareTokenFile: String?

        /// Creates flags that are all missing.
        package init() {}

        fileprivate var values: [SettingKey: ConfigContent] {
            var values: [SettingKey: ConfigContent] = [:]
            values[.host] = host.map { .string($0) }
            values[.port] = port.map { .int($0) }
            values[.allowRemote] = allowRemote.map { .bool($0) }
            values[.allowedHosts] = allowedHosts.map { .string($0) }
            values[.logLevel] = logLevel.map { .string($0) }
            values[.llamaServer] = llamaServer.map { .string($0) }
            values[.contextLength] = contextLength.map { .int($0) }
            values[.threads] = threads.map { .int($0) }
            values[.modelLoadTimeout] = modelLoadTimeout.map { .int($0) }
            values[.modelLoadCooldown] = modelLoadCooldown.map { .int($0) }
            values[.maxCacheModels] = maxCacheModels.map { .int($0) }
            values[.maxConcurrentPulls] = maxConcurrentPulls.map { .int($0) }
            values[.maxConnectionsPerAddress] = maxConnectionsPerAddress.map { .int($0) }
            values[.q4Threshold] = q4Threshold.map { .int($0) }
            values[.maxDownloadRate] = maxDownloadRate.map { .string($0) }
            values[.downloadWindows] = downloadWindows.map { .string($0) }
            values[.diskReserve] = diskReserve.map { .string($0) }
            values[.inferenceBodyLimit] = inferenceBodyLimit.map { .string($0) }
            values[.webhookAllowedHosts] = webhookAllowedHosts.map { .string($0) }
            values[.jobRetentionDays] = jobRetentionDays.map { .int($0) }
            values[.jobRetentionPerModel] = jobRetentionPerModel.map { .int($0) }
            values[.backupIntervalHours] = backupIntervalHours.map { .int($0) }
            values[.backupKeep] = backupKeep.map { .int($0) }
            values[.share] = share.map { .bool($0) }
            values[.shareHost] = shareHost.map { .string($0) }
            values[.sharePort] = sharePort.map { .int($0) }
            values[.shareAllow] = shareAllow.map { .string($0) }
            values[.shareTokenFile] = shareTokenFile.map { .string($0) }
            return values
        }
    }

    /// Reads flags, environment and configuration file.
    ///
    /// - Parameters:
    ///   - flags: The flags on the command line.
    ///   - environment: The environment variables.
    /// - Returns: The settings, validated.
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence with the key and the allowed values.
    package static func load(flags: Flags, environment: [String: String]) async throws -> ServerSettings {
        try refuseUnknownVariables(environment)
        let home = try homeDirectory(flag: flags.home, environment: environment)
        return try ServerSettings(home: home, reader: try await reader(flags: flags, home: home, environment: environment))
    }

    /// Creates a reader of flags, environment and configuration file. An empty variable counts as not set.
    static func reader(flags: Flags, home: FilePath?, environment: [String: String]) async throws -> SettingsReader {
        let file = (flags.config ?? environment["ROOST_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }).map { FilePath($0) }
        var document: ConfigurationFile?
        if let path = file ?? home?.appending("config.json") { document = try await ConfigurationFile.load(path, mustExist: file != nil) }
        let flagValues = flags.values.map { (AbsoluteConfigKey([$0.key.rawValue]), ConfigValue($0.value, isSecret: false)) }
        let fileName = document?.path.string ?? ""
        var sources: [(name: @Sendable (SettingKey) -> String, provider: any ConfigProvider)] = [
            ({ "--" + $0.rawValue.replacing("_", with: "-") }, InMemoryProvider(values: Dictionary(uniqueKeysWithValues: flagValues))),
            ({ $0.environmentVariable }, environmentProvider(environment)),
        ]
        if let document { sources.append(({ "`\($0.rawValue)` in \(fileName)" }, document.provider)) }
        return SettingsReader(sources: sources)
    }

    private init(home: FilePath, reader: SettingsReader) throws {
        self.init(home: home)
        let path = "the path of an executable file"
        host = try reader.string(.host, allowed: Self.hostRule, parse: Self.parseHost) ?? host
        port = try reader.int(.port, in: 0...65_535, default: port)
        allowRemote = try reader.bool(.allowRemote, default: allowRemote)
        allowedHosts =
            try reader.string(
                .allowedHosts,
                allowed: "host names or addresses separated by commas, each with or without a port, such as roost.lan or app.example.com:3000"
            ) { text in
                let hosts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
                return hosts.allSatisfy { HostName($0) != nil } ? hosts.map { $0.lowercased() } : nil
            } ?? []
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        logLevel = try reader.string(.logLevel, allowed: "one of \(levels)") { Logger.Level(rawValue: $0) } ?? logLevel
        llamaServer = try reader.string(.llamaServer, allowed: path) { FileManager.default.isExecutableFile(atPath: $0) ? FilePath($0) : nil }
        contextLength = try reader.int(.contextLength, in: 256...1_048_576, default: contextLength)
        let chosenThreads = try reader.int(.threads, in: 1...1024, default: 0)
        threads = chosenThreads == 0 ? nil : chosenThreads
        modelLoadTimeout = try reader.int(.modelLoadTimeout, in: 1...86_400, default: modelLoadTimeout)
        modelLoadCooldown = try reader.int(.modelLoadCooldown, in: 0...86_400, default: modelLoadCooldown)
        maxCacheModels = try reader.int(.maxCacheModels, in: 1...64, default: maxCacheModels)
        q4Threshold = Int64(try reader.int(.q4Threshold, in: 0...1 << 60, default: Int(q4Threshold)))
        maxConcurrentPulls = try reader.int(.maxConcurrentPulls, in: 1...32, default: maxConcurrentPulls)
        inferenceBodyLimit =
            try reader.string(.inferenceBodyLimit, allowed: "a size from 1MiB to 64MiB") { text in
                ByteCount(parsing: text).map { Int($0.bytes) }.flatMap { (1 << 20...64 << 20).contains($0) ? $0 : nil }
            } ?? inferenceBodyLimit
        maxConnectionsPerAddress = try reader.int(.maxConnectionsPerAddress, in: 1...2048, default: maxConnectionsPerAddress)
        try readDownloadSettings(reader)
        try readJobSettings(reader)
        try readShareSettings(reader)
        try refuseRemoteAddress()
    }

    /// Refuses an address that other machines can reach, unless the operator allows it: Roost has no access keys, so
    /// every client that reaches the port can use it.
    private func refuseRemoteAddress() throws {
        guard HostName(bare: host)?.isLoopback != true, !allowRemote else { return }
        throw RoostError(
            .invalidConfiguration,
            "\(host) can be reached from other machines, and every client that reaches Roost can use it; to allow this, add --allow-remote (ROOST_ALLOW_REMOTE=true)."
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
        let known = Set(SettingKey.allCases.map(\.environmentVariable)).union(SettingKey.otherEnvironmentVariables)
        let unknown = environment.keys.filter { $0.hasPrefix("ROOST_") && !$0.hasPrefix("ROOST_TEST_") && !known.contains($0) }.sorted()
        guard let first = unknown.first else { return }
        throw RoostError(
            .invalidConfiguration, "\(first) is not a setting of Roost; the known ones are \(known.sorted().joined(separator: ", ")).")
    }

    private static func environmentProvider(_ environment: [String: String]) -> some ConfigProvider {
        EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
            .mapKeys { key in
                let name = SettingKey(rawValue: key.components.joined())?.environmentVariable ?? key.components.joined()
                return AbsoluteConfigKey(name.lowercased().split(separator: "_").map(String.init))
            }
    }
}
