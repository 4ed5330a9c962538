import Foundation
import HubClient
import RoostCore
import SystemPackage

/// Names what the unfinished file of a conversion was made of, so that the next process knows whether it can go on with it.
///
/// Weights are read while they come, before anybody knows that they are right. A process that is killed then leaves a file that may hold wrong numbers; only
/// when all weights have turned out right, and none of what was read was in doubt, is that noted, and the file is worth going on with.
struct ConversionRun: Sendable {
    private struct Note: Codable {
        var run: String
        var verified: Bool
    }

    private let path: FilePath
    private var note: Note

    /// Goes on with what an earlier process left where it is known to be right, else begins anew.
    ///
    /// - Parameter folder: The conversion's folder; it exists.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    init(in folder: FilePath) throws {
        path = folder.appending("run.json")
        let earlier = FileManager.default.contents(atPath: path.string).flatMap { try? JSONDecoder().decode(Note.self, from: $0) }
        note = Note(run: earlier?.run ?? "", verified: earlier?.verified ?? false)
        if !note.verified { try beginAnew() }
    }

    /// Tells this run's unfinished file from all others.
    var name: String { note.run }

    /// What was written so far is in doubt.
    mutating func beginAnew() throws {
        note = Note(run: UUID().uuidString.lowercased(), verified: false)
        try save()
    }

    /// All that was read has turned out right.
    mutating func verified() throws {
        guard !note.verified else { return }
        note.verified = true
        try save()
    }

    /// The file has its name: nothing is left to go on with.
    func finish() throws { try FileSystem.remove(path) }

    private func save() throws {
        let folder = path.removingLastComponent()
        try FileSystem.write(try JSONEncoder().encode(note), to: path, temporaryIn: folder)
        try FileSystem.flushFolder(folder)
    }
}
