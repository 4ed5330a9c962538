import DurableFiles
import Foundation
import HubClient
import RoostCore
import SystemPackage

/// The state of an unfinished conversion, stored beside its file. It tells the next process whether the file can be
/// continued.
///
/// Weights are read before they are verified, so the file of a killed process may contain wrong numbers. Only when all
/// weights are verified, and no byte that was read was in doubt, is that recorded; then the file can be continued.
struct ConversionRun: Sendable {
    private struct Note: Codable {
        var run: String
        var verified: Bool
    }

    private let path: FilePath
    private var note: Note

    /// Continues the unfinished file of an earlier process if it is known to be right, and otherwise starts a new one.
    ///
    /// - Parameter folder: The conversion's folder; it exists.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    init(in folder: FilePath) throws {
        path = folder.appending("run.json")
        let earlier = FileManager.default.contents(atPath: path.string).flatMap { try? JSONDecoder().decode(Note.self, from: $0) }
        note = Note(run: earlier?.run ?? "", verified: earlier?.verified ?? false)
        if !note.verified { try beginAnew() }
    }

    /// The id of this run, which identifies its unfinished file.
    var name: String { note.run }

    /// Starts a new run, because the file written so far is in doubt.
    mutating func beginAnew() throws {
        note = Note(run: UUID().uuidString.lowercased(), verified: false)
        try save()
    }

    /// Records that all weights that were read are verified.
    mutating func verified() throws {
        guard !note.verified else { return }
        note.verified = true
        try save()
    }

    /// Removes the state, because the model has its final name.
    func finish() throws { try FileSystem.remove(path) }

    private func save() throws {
        let folder = path.removingLastComponent()
        try FileSystem.write(try JSONEncoder().encode(note), to: path, temporaryIn: folder)
        try FileSystem.flushFolder(folder)
    }
}
