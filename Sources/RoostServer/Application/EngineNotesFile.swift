import Engines
import Foundation
import HTTPServing
import SystemPackage

/// The file with what engines needed: written as a whole, read at the first load.
struct EngineNotesFile: Sendable {
    private let path: FilePath

    init(at path: FilePath) { self.path = path }

    /// Returns the notes; none without a valid file.
    func read() async -> MemoryNotes {
        let notes = try? await WorkThreads.run {
            let size = try FileManager.default.attributesOfItem(atPath: path.string)[.size] as? Int
            guard let size, size <= MemoryNotes.most.bytes else { return MemoryNotes() }
            return MemoryNotes(FileManager.default.contents(atPath: path.string))
        }
        return notes ?? MemoryNotes()
    }

    /// Writes the notes. After a failure the next start only has less exact estimates.
    func write(_ notes: MemoryNotes) async {
        try? await WorkThreads.run {
            try notes.encoded().write(to: URL(fileURLWithPath: path.string), options: .atomic)
        }
    }
}
