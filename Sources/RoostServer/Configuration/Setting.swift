import Configuration
import Foundation
import SystemPackage

/// The declaration of one setting of the server. The key of config.json, the environment variable, the flag of
/// `roost serve`, the allowed values, the default, the help text and the documentation all come from it.
package struct Setting: Sendable {
    /// The names of a setting.
    struct Name {
        /// The key in config.json.
        let key: String
        /// The environment variable.
        let variable: String
        /// The flag of `roost serve`.
        var flag: String { "--" + key.replacing("_", with: "-") }
    }

    let name: Name
    /// Whether `roost serve` has a flag for it. All users of a machine can read the arguments of its processes.
    package let hasFlag: Bool
    /// Whether the value is true or false, so that the flag has no value.
    package let isSwitch: Bool
    /// What it is, without a full stop.
    let summary: String
    /// The allowed values, as in "must be …".
    let allowed: String
    /// The value when it is not set.
    let fallback: String
    /// Returns the text of the value in some settings; what `fallback` says for one that is not set.
    let inForce: @Sendable (_ settings: ServerSettings) -> String
    /// Sets the property of the settings when a source has a value. Throws for a value that is not allowed.
    let read: @Sendable (_ settings: inout ServerSettings, _ reader: SettingsReader) throws -> Void

    /// Declares a setting. Its default is the initial value of the property.
    ///
    /// - Parameters:
    ///   - property: The property of `ServerSettings`.
    ///   - key: The key in config.json.
    ///   - rule: The allowed values.
    ///   - variable: The environment variable; `nil` for `ROOST_` and the key.
    ///   - hasFlag: Whether `roost serve` has a flag for it.
    ///   - summary: What it is, without a full stop.
    init<Value>(
        _ property: any WritableKeyPath<ServerSettings, Value> & Sendable, _ key: String, _ rule: SettingRule<Value>, variable: String? = nil,
        hasFlag: Bool = true, _ summary: String
    ) {
        let fallback = rule.shown(ServerSettings(home: "/")[keyPath: property])
        self.init(key, rule, variable, hasFlag, fallback: fallback, summary, inForce: { rule.shown($0[keyPath: property]) }) {
            $0[keyPath: property] = $1
        }
    }

    /// Declares a setting without a value as its default.
    ///
    /// - Parameters:
    ///   - property: The property of `ServerSettings`.
    ///   - key: The key in config.json.
    ///   - rule: The allowed values.
    ///   - unset: What the default means.
    ///   - hasFlag: Whether `roost serve` has a flag for it.
    ///   - summary: What it is, without a full stop.
    init<Value>(
        _ property: any WritableKeyPath<ServerSettings, Value?> & Sendable, _ key: String, _ rule: SettingRule<Value>, unset: String,
        hasFlag: Bool = true, _ summary: String
    ) {
        self.init(key, rule, nil, hasFlag, fallback: unset, summary, inForce: { $0[keyPath: property].map(rule.shown) ?? unset }) {
            $0[keyPath: property] = $1
        }
    }

    private init<Value>(
        _ key: String, _ rule: SettingRule<Value>, _ variable: String?, _ hasFlag: Bool, fallback: String, _ summary: String,
        inForce: @escaping @Sendable (ServerSettings) -> String, assign: @escaping @Sendable (inout ServerSettings, Value) -> Void
    ) {
        let name = Name(key: key, variable: variable ?? "ROOST_" + key.uppercased())
        self.name = name
        self.hasFlag = hasFlag
        isSwitch = rule.type == .bool
        self.summary = summary
        allowed = rule.allowed
        self.fallback = fallback
        self.inForce = inForce
        read = { settings, reader in
            if let value = try reader.value(name, rule) { assign(&settings, value) }
        }
    }
}

extension Setting {
    /// The key in config.json.
    package var key: String { name.key }
    /// The environment variable.
    package var variable: String { name.variable }

    /// The help text of the flag.
    package var help: String {
        isSwitch ? "\(summary) (\(variable)=true). Default: \(fallback)." : "\(summary) (\(variable): \(allowed)). Default: \(fallback)."
    }

    /// The beginning of its row in the table of Documentation/operating.md; more sentences may follow.
    var documentation: String {
        "| `\(key)` | `\(variable)` | \(hasFlag ? "`\(name.flag)`" : "–") | \(fallback) | \(allowed) | \(summary)"
    }
}
