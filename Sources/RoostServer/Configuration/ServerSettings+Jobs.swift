import Foundation
import RoostCore

extension ServerSettings {
    /// The minimum length of a secret: a shorter one could be guessed from a recorded call.
    private static let shortestSecret = 16

    /// Reads the settings of downloads.
    ///
    /// - Parameter reader: The flags, the environment and the file.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    mutating func readDownloadSettings(_ reader: SettingsReader) throws {
        maxDownloadRate =
            try reader.string(.maxDownloadRate, allowed: "`unlimited`, `off`, or a rate of 64KiB or more such as 20MB") {
                DownloadWindows.limit($0)
            } ?? maxDownloadRate
        downloadWindows =
            try reader.string(.downloadWindows, allowed: "HH:MM-HH:MM=LIMIT separated by commas, each limit `unlimited`, `off` or a rate such as 2MB")
        {
            DownloadWindows(parsing: $0)
        } ?? downloadWindows
        diskReserve = try reader.string(.diskReserve, allowed: "a size such as 2GiB, 500MB or 0") { ByteCount(parsing: $0)?.bytes }
    }

    /// Reads the settings of finished jobs: webhooks, retention, backups.
    ///
    /// - Parameter reader: The flags, the environment and the file.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    mutating func readJobSettings(_ reader: SettingsReader) throws {
        webhookAllowedHosts =
            try reader.string(
                .webhookAllowedHosts, allowed: "host names or addresses separated by commas, each with or without a port, such as ci.example.com:8443"
            ) {
                Self.webhookHosts($0)
            } ?? []
        webhookSecret = try reader.string(.webhookSecret, allowed: "\(Self.shortestSecret) or more printable ASCII characters without spaces") {
            Self.webhookSecret($0)
        }
        jobRetentionDays = try reader.int(.jobRetentionDays, in: 0...36_500, default: jobRetentionDays)
        jobRetentionPerModel = try reader.int(.jobRetentionPerModel, in: 0...1_000_000, default: jobRetentionPerModel)
        backupIntervalHours = try reader.int(.backupIntervalHours, in: 0...8760, default: backupIntervalHours)
        backupKeep = try reader.int(.backupKeep, in: 1...1000, default: backupKeep)
        try refuseUnsignedWebhooks()
    }

    private static func webhookHosts(_ text: String) -> [String]? {
        let hosts = text.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }.filter { !$0.isEmpty }
        return hosts.allSatisfy { WebhookHost($0) != nil } ? hosts : nil
    }

    /// White space in a secret is refused and not removed, because the receiver would compute with a different secret.
    private static func webhookSecret(_ text: String) -> SecretToken? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let secret = SecretToken(text), secret.value == text, text.utf8.count >= shortestSecret else { return nil }
        return secret
    }

    private func refuseUnsignedWebhooks() throws {
        guard !webhookAllowedHosts.isEmpty, webhookSecret == nil else { return }
        throw RoostError(
            .invalidConfiguration,
            "Webhooks are allowed to \(webhookAllowedHosts.joined(separator: ", ")), but there is nothing to sign them with; set ROOST_WEBHOOK_SECRET (or `webhook_secret` in config.json) to \(Self.shortestSecret) or more random characters, such as the output of `openssl rand -hex 32`."
        )
    }
}
