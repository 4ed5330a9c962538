import Configuration
import ModelFormats
import RoostCore

/// Reads a setting from the flags, the environment or the file, in this order, and refuses invalid values.
///
/// The typed methods of the configuration library return the default for an invalid value, so each provider is read
/// directly.
struct SettingsReader {
    /// The sources in order of precedence, with the user's name for each setting.
    let sources: [(name: @Sendable (SettingKey) -> String, provider: any ConfigProvider)]

    func int(_ key: SettingKey, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        try value(key, .int, "a whole number from \(range.lowerBound) to \(range.upperBound)") { content in
            guard case .int(let number) = content, range.contains(number) else { return nil }
            return number
        } ?? fallback
    }

    func bool(_ key: SettingKey, default fallback: Bool) throws -> Bool {
        try value(key, .bool, "true or false") { content in
            guard case .bool(let flag) = content else { return nil }
            return flag
        } ?? fallback
    }

    func string<Value>(_ key: SettingKey, allowed: String, parse: (String) -> Value?) throws -> Value? {
        try value(key, .string, allowed) { content in
            guard case .string(let text) = content else { return nil }
            return parse(text)
        }
    }

    private func value<Value>(_ key: SettingKey, _ type: ConfigType, _ allowed: String, parse: (ConfigContent) -> Value?) throws -> Value? {
        for source in sources {
            let found: ConfigValue?
            do {
                found = try source.provider.value(forKey: AbsoluteConfigKey([key.rawValue]), type: type).value
            } catch {
                throw unusable(source.name(key), allowed, cause: error)
            }
            guard let found else { continue }
            guard let value = parse(found.content) else { throw unusable(source.name(key), allowed, cause: nil) }
            return value
        }
        return nil
    }

    private func unusable(_ name: String, _ allowed: String, cause: (any Error)?) -> RoostError {
        RoostError(.invalidConfiguration, "\(name) must be \(allowed).", cause: cause)
    }
}
