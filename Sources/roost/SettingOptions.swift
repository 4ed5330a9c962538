import ArgumentParser
import RoostServer

/// The flags of `roost serve`: one for each declared setting. ArgumentParser finds the options of a type in its mirror, so
/// the mirror lists the declarations.
struct SettingOptions: ParsableArguments, CustomReflectable {
    /// The values of the flags that are present, by key.
    private(set) var values: [String: String] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for setting in Self.declared {
            let key = Key(stringValue: setting.key)
            values[setting.key] =
                setting.isSwitch
                ? try container.decode(Flag<Bool>.self, forKey: key).wrappedValue ? "true" : nil
                : try container.decode(Option<String?>.self, forKey: key).wrappedValue
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.declared.map { (label: $0.key, value: Self.option($0)) })
    }

    private static let declared = Setting.all.filter(\.hasFlag)

    private static func option(_ setting: Setting) -> Any {
        let name = NameSpecification.customLong(setting.key.replacing("_", with: "-"))
        let help = ArgumentHelp(stringLiteral: setting.help)
        return setting.isSwitch ? Flag(wrappedValue: false, name: name, help: help) : Option<String?>(name: name, help: help)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
