import ArgumentParser
import DurableFiles
import Foundation
import RoostCore
import RoostServer
import SystemPackage

/// `roost config init`.
struct ConfigInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a config.json with the given settings.",
        discussion:
            "Every flag of `roost serve` can be given; without any the file is empty, and all defaults count. A file that exists is not changed.")

    @OptionGroup var options: ConfigOptions
    @OptionGroup(title: "Settings") var settings: SettingOptions

    func run() async throws {
        var file = try await options.file()
        guard !file.exists else {
            throw RoostError(.conflict, "\(file.path) exists and stays as it is; change it with `roost config set KEY VALUE`.")
        }
        // In the order of the documentation.
        let values = Setting.all.compactMap { setting in settings.values[setting.key].map { (key: setting.key, text: Optional($0)) } }
        try file.set(values, environment: options.environment)
        let folder = file.path.removingLastComponent()
        if !FileManager.default.fileExists(atPath: folder.string) { try FileSystem.makePrivateFolder(folder) }
        try PrivateFile.write(Array(file.text.utf8), to: file.path)
        if options.json { return try JSONOutput.print(["file": file.path.string]) }
        Terminal.print("\(file.path) is made. `roost config show` lists all settings, `roost serve` starts the server with them.")
    }
}
