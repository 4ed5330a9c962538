import Foundation
import RoostCore
package import SystemPackage

/// Finds `llama-server` on this machine.
package enum EngineLocator {
    /// The oldest llama.cpp build that Roost uses: older ones have a memory fault in the model loader (CVE-2026-27940).
    package static let minimumBuild = 8146

    /// Searches `ROOST_LLAMA_SERVER`, then `PATH`, then the newest `roost/engines/*/bin/llama-server` in the user's
    /// cache folder, then the folder of the package that `roost` was installed from.
    ///
    /// An explicit path that does not work is an error. It is never silently replaced by another engine.
    ///
    /// - Parameters:
    ///   - environment: The environment. The variables `ROOST_LLAMA_SERVER`, `PATH`, `XDG_CACHE_HOME` and `HOME` are
    ///     read.
    ///   - command: The path of the `roost` command.
    /// - Returns: The executable's path.
    /// - Throws: `RoostError` with code `engineMissing` that explains how to get an engine.
    package static func locate(environment: [String: String], command: String? = Bundle.main.executablePath) throws -> FilePath {
        if let explicit = environment["ROOST_LLAMA_SERVER"], !explicit.isEmpty {
            guard isExecutable(FilePath(explicit)) else {
                throw RoostError(
                    .engineMissing,
                    "ROOST_LLAMA_SERVER is \(explicit.quotedForPeople), and no executable file is there. \(howToGetOne)")
            }
            return FilePath(explicit)
        }
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map { FilePath(String($0)).appending("llama-server") }
        // One that was built on this machine may use its devices, and a package's does not.
        let candidates = onPath.filter(\.isAbsolute) + built(environment) + packaged(with: command)
        if let found = candidates.first(where: isExecutable) { return found }
        throw RoostError(
            .engineMissing, "No llama-server was found on PATH, among the engines Roost has built, or beside the roost command. \(howToGetOne)")
    }

    /// Returns the version of an engine.
    ///
    /// - Parameter executable: A `llama-server`.
    /// - Returns: The version.
    /// - Throws: `RoostError` with code `engineMissing` if it does not run or prints no version.
    package static func version(of executable: FilePath) async throws -> EngineVersion {
        let output: String
        do {
            output = try await ShortCommand.output(of: executable.string, arguments: ["--version"])
        } catch {
            throw RoostError(.engineMissing, "\(executable) cannot be run: \(error). \(howToGetOne)", cause: error)
        }
        guard let version = EngineVersion(parsing: output) else {
            let said = output.prefix(200).description.quotedForPeople
            throw RoostError(.engineMissing, "\(executable) does not seem to be llama-server: `--version` printed \(said). \(howToGetOne)")
        }
        return version
    }

    /// Returns the devices that an engine can compute on besides the processor.
    ///
    /// - Parameter executable: A `llama-server`.
    /// - Returns: The devices; none if it does not run or has no such option.
    package static func devices(of executable: FilePath) async -> [EngineDevice] {
        // Without the list the estimate counts with the memory of the machine alone, and the engine still starts.
        let output = try? await ShortCommand.output(of: executable.string, arguments: ["--list-devices"])
        return output.map { EngineDevice.list($0) } ?? []
    }

    /// Returns what an engine tells about its devices, for people.
    ///
    /// - Parameter executable: A `llama-server`.
    /// - Returns: The devices, or why they are not known.
    package static func deviceReport(of executable: FilePath) async -> DeviceReport {
        DeviceReport(output: (try? await ShortCommand.output(of: executable.string, arguments: ["--list-devices"])) ?? "")
    }

    /// The engines that `make engine` has built, newest pinned version first.
    private static func built(_ environment: [String: String]) -> [FilePath] {
        let home = environment["HOME"].map { FilePath($0).appending(".cache") }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : FilePath($0) } ?? home
        guard let engines = cache?.appending("roost").appending("engines") else { return [] }
        // If there is no folder, no engine was built.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: engines.string)) ?? []
        return names.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
            .map { engines.appending($0).appending("bin").appending("llama-server") }
    }

    /// The engine of a package, which has `bin/roost` and `lib/roost/engine/bin/llama-server` in one folder. The command
    /// may be a link.
    private static func packaged(with command: String?) -> [FilePath] {
        guard let command else { return [] }
        let folder = FilePath(URL(fileURLWithPath: command).resolvingSymlinksInPath().path).removingLastComponent()
        return [folder.removingLastComponent().appending("lib/roost/engine/bin/llama-server")]
    }

    private static func isExecutable(_ path: FilePath) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && !isDirectory.boolValue
            && FileManager.default.isExecutableFile(atPath: path.string)
    }

    private static let howToGetOne =
        "Run `make engine` in Roost's folder to build one, install llama.cpp (`brew install llama.cpp`), or set ROOST_LLAMA_SERVER to the path of a llama-server."
}
