import Foundation
import ModelFormats
package import RoostCore
package import SystemPackage

/// Changes `config.json` as a person would, with the checks of the server.
package struct SettingsFile: Sendable {
    /// The file.
    package let path: FilePath
    /// The members in the order of the file, with their values as JSON.
    private var members: [(key: String, value: String, text: String)]

    /// Reads the file of a home; one that does not exist is empty.
    ///
    /// - Parameters:
    ///   - config: `--config`; `nil` for `ROOST_CONFIG`, otherwise the file in the home.
    ///   - home: `--home`; `nil` for `ROOST_HOME`, otherwise the default.
    ///   - environment: The environment variables.
    /// - Throws: `RoostError` with code `invalidConfiguration` for a file with an unknown key, or that is no object of JSON.
    package init(config: String?, home: String?, environment: [String: String]) async throws {
        let named = config ?? environment["ROOST_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        path =
            try named.map { FilePath(URL(fileURLWithPath: $0).path) }
            ?? ServerSettings.homeDirectory(flag: home, environment: environment).appending("config.json")
        members = []
        guard try await ConfigurationFile.load(path, mustExist: false) != nil, let data = FileManager.default.contents(atPath: path.string),
            let object = (try? JSONDocument(Array(data)))?.root.members
        else { return }
        for (key, value) in object {
            guard let key = key.string else { continue }
            var json: [UInt8] = []
            value.write(to: &json)
            let text = String(decoding: json, as: UTF8.self)
            members.append((key, text, value.string ?? text))
        }
    }

    /// Whether the file exists.
    package var exists: Bool { FileManager.default.fileExists(atPath: path.string) }

    /// Sets values, all or none of them.
    ///
    /// - Parameters:
    ///   - changes: Keys and their values, as a person types them; a value of `nil` removes the key.
    ///   - environment: The environment variables, whose values go with those of the file.
    /// - Throws: `RoostError` with code `invalidConfiguration` for an unknown key, a value that is not allowed, or one that does not go with the others.
    package mutating func set(_ changes: [(key: String, text: String?)], environment: [String: String]) throws {
        var changed = self
        for (key, text) in changes {
            guard let setting = Setting.all.first(where: { $0.key == key }) else { throw Setting.unknown(key) }
            let place = changed.members.firstIndex { $0.key == key }
            guard let text else {
                changed.members.removeAll { $0.key == key }
                continue
            }
            let member = (key, try setting.json(text), text)
            if let place { changed.members[place] = member } else { changed.members.append(member) }
        }
        let texts = Dictionary(changed.members.map { ($0.key, $0.text) }) { _, last in last }
        try ServerSettings.check(texts, environment: environment)
        self = changed
    }

    /// The text of the file.
    package var text: String {
        let lines = members.map { "  \"\($0.key)\": \($0.value)" }
        return lines.isEmpty ? "{}\n" : "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }
}

extension Setting {
    /// Returns a value as JSON: a number or a flag as itself where the setting is one, otherwise a string.
    fileprivate func json(_ text: String) throws -> String {
        if isSwitch {
            guard ["true", "false"].contains(text) else {
                throw RoostError(.invalidConfiguration, "`\(key)` must be true or false; it is \(text.quotedForPeople).", field: key)
            }
            return text
        }
        if isNumber, let number = Int(text) { return "\(number)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(text), as: UTF8.self)
    }

    /// The error for a key that no setting has.
    package static func unknown(_ key: String) -> RoostError {
        let near = NearNames.nearest(to: key, among: all.map { (name: $0.key, texts: [$0.key, $0.variable]) })
        return RoostError(
            .invalidConfiguration,
            "\(key.quotedForPeople) is not a setting of Roost.\(NearNames.question(near)) `roost config show` lists all of them.",
            field: "key")
    }
}
