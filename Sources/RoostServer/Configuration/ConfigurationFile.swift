import Configuration
import Foundation
import ModelFormats
import RoostCore
import SystemPackage

/// The file `config.json`: one flat JSON object with the keys of `Setting.all`.
struct ConfigurationFile {
    let path: FilePath
    let provider: any ConfigProvider

    /// Reads the file.
    ///
    /// - Returns: The file; `nil` when it does not exist and was not named.
    /// - Throws: `RoostError` with code `invalidConfiguration` when a named file does not exist, or the file is not a
    ///   JSON object or has an unknown key.
    static func load(_ path: FilePath, mustExist: Bool) async throws -> ConfigurationFile? {
        guard let data = FileManager.default.contents(atPath: path.string) else {
            if FileManager.default.fileExists(atPath: path.string) || mustExist {
                throw RoostError(.invalidConfiguration, "The configuration file \(path) cannot be read; check its path and permissions.")
            }
            return nil
        }
        guard let members = (try? JSONDocument(Array(data)))?.root.members else {
            throw RoostError(.invalidConfiguration, "The configuration file \(path) must hold one JSON object.")
        }
        let object = Dictionary(members.map { ($0.key.string ?? "", $0.value) }) { _, last in last }
        let known = Setting.all.map(\.key)
        if let unknown = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw RoostError(
                .invalidConfiguration,
                "\(unknown.quotedForPeople) in \(path) is not a setting of Roost; the known ones are \(known.joined(separator: ", ")).")
        }
        // The configuration library reads `true` as the number 1.
        let switches = Set(Setting.all.filter(\.isSwitch).map(\.key))
        if let flag = object.first(where: { $0.value.bool != nil && !switches.contains($0.key) })?.key {
            throw RoostError(.invalidConfiguration, "`\(flag)` in \(path) must be a string or a number, not true or false.")
        }
        if let nested = object.first(where: { !$0.value.isScalar })?.key {
            throw RoostError(.invalidConfiguration, "`\(nested)` in \(path) must be a string, a number, true or false.")
        }
        do {
            return ConfigurationFile(path: path, provider: try await FileProvider<JSONSnapshot>(filePath: path))
        } catch {
            throw RoostError(.invalidConfiguration, "The configuration file \(path) cannot be used: \(error)", cause: error)
        }
    }
}
