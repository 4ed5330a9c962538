import Configuration
import RoostCore

/// Reads a setting from the flags, the environment or the file, in this order, and refuses invalid values.
///
/// The typed methods of the configuration library return the default for an invalid value, so each provider is read
/// directly.
struct SettingsReader {
    /// The sources in order of precedence, with the user's name for each setting.
    let sources: [(name: @Sendable (Setting.Name) -> String, provider: any ConfigProvider)]

    /// Returns the value of the first source that has one; `nil` when none has.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration`: one sentence with the user's name and the allowed values.
    func value<Value>(_ name: Setting.Name, _ rule: SettingRule<Value>) throws -> Value? {
        for source in sources {
            let found: ConfigValue?
            do {
                found = try value(name, of: source.provider, rule)
            } catch {
                throw unusable(source.name(name), rule.allowed, cause: error)
            }
            guard let found else { continue }
            guard let value = rule.parse(found.content) else { throw unusable(source.name(name), rule.allowed, cause: nil) }
            return value
        }
        return nil
    }

    /// Returns the first source that has a value, valid or not; `nil` when none has.
    ///
    /// - Returns: The index of the source, and the user's name of the setting in it.
    func source(of name: Setting.Name) -> (index: Int, place: String)? {
        let key = AbsoluteConfigKey([name.key])
        let index = sources.firstIndex { source in
            do {
                return try source.provider.value(forKey: key, type: .string).value != nil
            } catch {
                // It has a value of another type.
                return true
            }
        }
        return index.map { ($0, sources[$0].name(name)) }
    }

    private func value<Value>(_ name: Setting.Name, of provider: any ConfigProvider, _ rule: SettingRule<Value>) throws -> ConfigValue? {
        let key = AbsoluteConfigKey([name.key])
        do {
            return try provider.value(forKey: key, type: rule.type).value
        } catch {
            guard let other = rule.otherType else { throw error }
            return try provider.value(forKey: key, type: other).value
        }
    }

    private func unusable(_ name: String, _ allowed: String, cause: (any Error)?) -> RoostError {
        RoostError(.invalidConfiguration, "\(name) must be \(allowed).", cause: cause)
    }
}
