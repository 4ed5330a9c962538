import Foundation
import RoostCore

/// A program of the system that is found on `PATH`.
struct Program {
    private static let mostOutput = 1 << 20

    let path: String

    /// Finds a program.
    ///
    /// - Throws: `RoostError` with code `notFound`.
    init(_ name: String) throws {
        guard let path = Self.path(of: name) else { throw RoostError(.notFound, "There is no program \(name) on PATH; install it first.") }
        self.path = path
    }

    /// Creates the value for a path.
    init(at path: String) { self.path = path }

    /// Returns the path of a program on `PATH`; `nil` for none.
    static func path(of name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.lazy.map { "\($0)/\(name)" }.first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs the program to its end.
    ///
    /// - Returns: Its exit code, and what it printed on both outputs.
    /// - Throws: `RoostError` with code `unexpected` when it cannot be started.
    func run(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { throw RoostError.wrapping(error, as: .unexpected, "\(path) cannot be started") }
        var data = Data()
        while case let part = output.fileHandleForReading.availableData, !part.isEmpty {
            if data.count < Self.mostOutput { data += part }
        }
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// Puts the program in the place of this command.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments.
    ///   - variables: Further variables of its environment.
    /// - Throws: `RoostError` with code `unexpected` and the reason when it cannot be started; it does not return otherwise.
    func become(_ arguments: [String], variables: [String: String] = [:]) throws {
        for (name, value) in variables { setenv(name, value, 1) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        execv(path, words)
        let reason = String(cString: strerror(errno))
        for word in words { free(word) }
        throw RoostError(.unexpected, "\(path) cannot be started: \(reason).")
    }
}
