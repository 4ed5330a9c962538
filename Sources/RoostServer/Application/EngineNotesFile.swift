import Engines
import Foundation
import Logging
import RoostCore
import SystemPackage

/// The file with what engines needed: written as a whole, read at the first load.
struct EngineNotesFile: Sendable {
    private let path: FilePath
    private let logger: Logger

    /// Creates the value; the file need not exist.
    init(in home: FilePath, logger: Logger) { (path, self.logger) = (home.appending("engine-memory.json"), logger) }

    /// Returns the notes; none without a valid file.
    func read() async -> MemoryNotes {
        let notes = try? await WorkThreads.run {
            let size = try FileManager.default.attributesOfItem(atPath: path.string)[.size] as? Int
            guard let size, size <= MemoryNotes.most.bytes else { return MemoryNotes() }
            return MemoryNotes(FileManager.default.contents(atPath: path.string))
        }
        return notes ?? MemoryNotes()
    }

    /// Writes the notes. A failure is logged: the next start only has less exact estimates.
    func write(_ notes: MemoryNotes) async {
        do {
            try await WorkThreads.run { try notes.encoded().write(to: URL(fileURLWithPath: path.string), options: .atomic) }
        } catch is CancellationError {
            return
        } catch {
            logger.warning(
                "What engines needed cannot be written, so after a restart the memory for models is estimated from their files",
                metadata: ["file": "\(path)", "error": "\(error)"])
        }
    }
}
