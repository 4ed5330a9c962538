import DurableFiles
import Foundation
import Logging
import RoostCore
import Synchronization
import SystemPackage

/// The results of calibrations, kept in a file of Roost's home. Losing the file costs one calibration for each model; a
/// file that cannot be used is the same as none.
final class TuningRecord: Sendable {
    /// What a result depends on. A change of one of them makes it invalid.
    struct Key: Sendable, Hashable, Codable {
        let machine: MachineIdentity
        /// The content of the model's file: the name of a blob is its digest; another file is told by its path and the
        /// time of its last write.
        let model: String
        /// The size of the model's files in bytes.
        let modelBytes: Int64
        /// The path of the engine.
        let engine: String
        /// The size of the engine's file in bytes.
        let engineBytes: Int64
        /// When the engine was built, in seconds since 1970.
        let engineBuilt: Int64
    }

    /// A result.
    struct Entry: Sendable, Hashable, Codable {
        let key: Key
        /// The options.
        let tuning: EngineTuning
        /// How much better than the defaults they were, as a ratio; 1 for the defaults.
        let gain: Double
        /// When the calibration ended.
        let at: Timestamp
    }

    /// The content of the file.
    private struct Content: Codable {
        var version: Int
        var results: [Entry]
    }

    private static let version = 1
    private static let mostEntries = 256
    private static let largestFile = 1 << 20

    private let file: FilePath?
    private let machine: MachineIdentity
    private let logger: Logger
    private let entries: Mutex<[Entry]?> = Mutex(nil)

    /// Creates the record.
    ///
    /// - Parameters:
    ///   - file: The file; `nil` to keep the results in memory only.
    ///   - machine: The machine of the engines.
    ///   - logger: The logger.
    init(file: FilePath?, machine: MachineIdentity = .current, logger: Logger) {
        self.file = file
        self.machine = machine
        self.logger = logger
    }

    /// Returns the result for a key. Blocks during the first call.
    func entry(for key: Key) -> Entry? { withEntries { $0.last { $0.key == key } } }

    /// Stores a result. Blocks.
    ///
    /// - Throws: `RoostError` with code `fileSystem` if it cannot be stored; it is used until the end of the server then.
    func remember(_ entry: Entry) throws {
        try withEntries { entries in
            entries.removeAll { $0.key == entry.key }
            entries.append(entry)
            entries.removeFirst(max(0, entries.count - Self.mostEntries))
            try save(entries)
        }
    }

    /// Removes the result for a key. Blocks.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `RoostError` with code `fileSystem` if the file cannot be written.
    func forget(_ key: Key) throws -> Bool {
        try withEntries { entries in
            let count = entries.count
            entries.removeAll { $0.key == key }
            guard entries.count < count else { return false }
            try save(entries)
            return true
        }
    }

    private func withEntries<Value: Sendable, Failure: Error>(_ body: (inout [Entry]) throws(Failure) -> Value) throws(Failure) -> Value {
        try entries.withLock { (entries) throws(Failure) -> Value in
            var known = entries ?? load()
            defer { entries = known }
            return try body(&known)
        }
    }

    private func load() -> [Entry] {
        guard let file, FileManager.default.fileExists(atPath: file.string) else { return [] }
        do {
            let size = try FileManager.default.attributesOfItem(atPath: file.string)[.size] as? Int
            guard let size, size <= Self.largestFile else { return ignored("it is larger than \(ByteCount(Int64(Self.largestFile)))") }
            let data = try Data(contentsOf: URL(fileURLWithPath: file.string))
            let version = try JSONDecoder().decode(Version.self, from: data).version
            guard version == Self.version else { return ignored("its version is \(version), and this Roost reads version \(Self.version)") }
            let results = try JSONDecoder().decode(Content.self, from: data).results.suffix(Self.mostEntries)
            guard results.allSatisfy({ $0.tuning.isValid && $0.gain.isFinite && $0.gain > 0 }) else {
                return ignored("it has values beyond their limits")
            }
            let others = results.count { $0.key.machine != machine }
            if others > 0 {
                // They are kept: a home can be shared by machines.
                logger.notice(
                    "Calibrations of another machine are not used; `roost tune` calibrates for this one",
                    metadata: ["file": "\(file)", "results": "\(others)"])
            }
            return Array(results)
        } catch {
            return ignored("\(error)")
        }
    }

    private struct Version: Decodable {
        let version: Int
    }

    private func ignored(_ reason: String) -> [Entry] {
        logger.warning(
            "The calibrations of engines cannot be read; engines have the defaults, and the next `roost tune` writes the file again",
            metadata: ["file": "\(file?.string ?? "")", "reason": "\(reason)"])
        return []
    }

    private func save(_ entries: [Entry]) throws {
        guard let file else { return }
        do {
            try FileSystem.makeFolder(file.removingLastComponent(), permissions: 0o700)
            let content = try JSONEncoder().encode(Content(version: Self.version, results: entries))
            try content.write(to: URL(fileURLWithPath: file.string), options: .atomic)
        } catch {
            throw RoostError(
                .fileSystem, "The calibration could not be stored in \(file), so it counts until the server ends: \(error)", cause: error)
        }
    }
}

extension TuningRecord.Key {
    /// Reads what identifies a model's file and an engine. Blocks for a moment.
    ///
    /// - Parameters:
    ///   - modelFile: The model's file.
    ///   - modelBytes: The size of the model's files in bytes.
    ///   - engine: The engine.
    ///   - machine: The machine.
    init(modelFile: FilePath, modelBytes: Int64, engine: FilePath, machine: MachineIdentity = .current) {
        let file = URL(fileURLWithPath: modelFile.string).resolvingSymlinksInPath()
        let isBlob = !file.lastPathComponent.hasSuffix(".gguf")
        let written = isBlob ? 0 : Self.facts(file.path).written
        let program = Self.facts(engine.string)
        self.init(
            machine: machine, model: isBlob ? file.lastPathComponent : "\(file.path.suffix(1024)) \(written)", modelBytes: modelBytes,
            engine: engine.string, engineBytes: program.bytes, engineBuilt: program.written)
    }

    /// A file that does not exist has zeros; its load fails.
    private static func facts(_ path: String) -> (bytes: Int64, written: Int64) {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        let written = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return ((facts?[.size] as? NSNumber)?.int64Value ?? 0, Int64(written))
    }
}
