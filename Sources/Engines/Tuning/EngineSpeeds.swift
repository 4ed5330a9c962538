import DurableFiles
import Foundation
import Logging
import RoostCore
import Synchronization
import SystemPackage

/// The measured speed of each model's engine on this machine, kept in a file of Roost's home. Losing the file costs one
/// measurement for each model.
final class EngineSpeeds: Sendable {
    /// The model file, engine and machine that a speed was measured with. A change of one of them makes it invalid.
    struct Key: Sendable, Hashable, Codable {
        /// The path of the model file.
        let model: String
        /// The size of the model file in bytes.
        let size: Int64
        /// The path of the engine.
        let engine: String
        /// When the engine was built, in seconds since 1970.
        let engineBuilt: Int64
        /// The number of threads of the engine.
        let threads: Int
        /// The number of processors of the machine.
        let processors: Int
    }

    /// A measured speed.
    private struct Entry: Codable {
        let key: Key
        /// The tokens of a prompt that are read per second.
        let promptSpeed: Double
    }

    private static let mostEntries = 256
    private static let largestFile = 1 << 20

    private let file: FilePath?
    private let logger: Logger
    private let entries: Mutex<[Entry]?> = Mutex(nil)

    /// Creates the record.
    ///
    /// - Parameters:
    ///   - file: The file; `nil` to keep the speeds in memory only.
    ///   - logger: The logger.
    init(file: FilePath?, logger: Logger) {
        self.file = file
        self.logger = logger
    }

    /// Returns the tokens of a prompt that are read per second, if they were measured. Blocks during the first call.
    func promptSpeed(of key: Key) -> Double? {
        entries.withLock { entries in
            let known = entries ?? load()
            entries = known
            return known.last { $0.key == key }?.promptSpeed
        }
    }

    /// Stores a measurement. Blocks.
    func remember(_ speed: Double, of key: Key) {
        entries.withLock { entries in
            var known = entries ?? load()
            known.removeAll { $0.key == key }
            known.append(Entry(key: key, promptSpeed: speed))
            known.removeFirst(max(0, known.count - Self.mostEntries))
            entries = known
            save(known)
        }
    }

    private func load() -> [Entry] {
        guard let file, FileManager.default.fileExists(atPath: file.string) else { return [] }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: file.string))
            guard data.count <= Self.largestFile else { throw RoostError(.fileSystem, "The file is too large.") }
            return try JSONDecoder().decode([Entry].self, from: data).filter { $0.promptSpeed.isFinite && $0.promptSpeed > 0 }
        } catch {
            logger.warning("The speeds of engines cannot be read; they are measured again.", metadata: ["file": "\(file)", "error": "\(error)"])
            return []
        }
    }

    private func save(_ entries: [Entry]) {
        guard let file else { return }
        do {
            try FileSystem.makeFolder(file.removingLastComponent(), permissions: 0o700)
            try JSONEncoder().encode(entries).write(to: URL(fileURLWithPath: file.string), options: .atomic)
        } catch {
            logger.warning("The speed of an engine cannot be stored; it is measured again.", metadata: ["file": "\(file)", "error": "\(error)"])
        }
    }
}
