import Foundation
package import RoostCore
import SystemPackage

/// A setting with its value and the source of it, for people who ask why the server behaves so.
package struct SettingReport: Sendable, Encodable {
    /// The key in config.json.
    package let key: String
    /// The value as it is written in the documentation; `set` or `not set` for a secret.
    package let value: String
    /// `default`, `file`, `environment` or `option`.
    package let source: Source
    /// The user's name for the place of the value: a flag, a variable, or the key with its file; `nil` for a default.
    @ExplicitNull package var place: String?

    /// Where a value comes from.
    package enum Source: String, Sendable, Encodable {
        case option, environment, file
        case byDefault = "default"
    }

    /// Returns all settings, in the order of the help text.
    ///
    /// - Parameters:
    ///   - flags: The flags on the command line.
    ///   - environment: The environment variables.
    /// - Returns: The settings; they are validated as at the start of the server.
    /// - Throws: `RoostError` with code `invalidConfiguration`, as `ServerSettings.load`.
    package static func all(flags: ServerSettings.Flags = .init(), environment: [String: String]) async throws -> [SettingReport] {
        let settings = try await ServerSettings.load(flags: flags, environment: environment)
        let reader = try await ServerSettings.reader(flags: flags, home: settings.home, environment: environment)
        return Setting.all.map { setting in
            let found = reader.source(of: setting.name)
            return SettingReport(
                key: setting.key, value: setting.isSecret ? (found == nil ? "not set" : "set") : setting.inForce(settings),
                source: found.map { [Source.option, .environment, .file][$0.index] } ?? .byDefault,
                place: found?.place)
        }
    }
}
