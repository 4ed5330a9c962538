package import Foundation
package import ModelLibrary
import SystemPackage

/// What engines really needed, by model file and plan, so that the next load of a model counts with it: memory, and time
/// for the load.
///
/// A note only raises an estimate of memory: an engine that answered few requests has not shown how much it can need.
package struct MemoryNotes: Sendable, Hashable, Codable {
    /// The most notes and bytes of the file.
    package static let most = (notes: 256, bytes: 256 << 10)

    /// One note.
    private struct Note: Sendable, Hashable, Codable {
        /// The model's file and the plan.
        let key: String
        /// The most bytes that an engine used; 0 if the system did not tell.
        var bytes: Int64 = 0
        /// The duration of the last load in seconds.
        var loadSeconds: Double?

        var isValid: Bool { bytes >= 0 && loadSeconds.map { $0.isFinite && $0 >= 0 && $0 < 1e6 } ?? (bytes > 0) }
    }

    /// The most recent note is the last one.
    private var notes: [Note] = []

    /// Creates a value without notes.
    package init() {}

    /// Decodes the content of the file. Invalid content is the same as none: the notes are written again.
    ///
    /// - Parameter data: The content of the file; `nil` if there is none.
    package init(_ data: Data?) {
        guard let data, data.count <= Self.most.bytes, let read = try? JSONDecoder().decode(MemoryNotes.self, from: data) else { return }
        notes = read.notes.suffix(Self.most.notes).filter(\.isValid)
    }

    /// The content of the file.
    package func encoded() throws -> Data { try JSONEncoder().encode(self) }

    /// Returns the most bytes that an engine with this plan has used for this model; `nil` without a note.
    package func bytes(_ model: ModelEntry, _ plan: EnginePlan) -> Int64? {
        let key = Self.key(model, plan)
        return notes.last { $0.key == key && $0.bytes > 0 }?.bytes
    }

    /// Returns the duration of the last load of a model, with any plan; `nil` without a note.
    package func loadDuration(_ model: ModelEntry) -> Duration? {
        let file = Self.key(model)
        return notes.last { $0.key.hasPrefix(file) && $0.loadSeconds != nil }?.loadSeconds.map { .seconds($0) }
    }

    /// Records the bytes that an engine used, if it is the most so far.
    ///
    /// - Returns: Whether the notes have changed.
    package mutating func record(_ bytes: Int64, _ model: ModelEntry, _ plan: EnginePlan) -> Bool {
        change(Self.key(model, plan)) { $0.bytes = max($0.bytes, bytes) }
    }

    /// Records the duration of a load.
    ///
    /// - Returns: Whether the notes have changed.
    package mutating func record(load: Duration, _ model: ModelEntry, _ plan: EnginePlan) -> Bool {
        change(Self.key(model, plan)) { $0.loadSeconds = load / .seconds(1) }
    }

    private mutating func change(_ key: String, _ body: (inout Note) -> Void) -> Bool {
        let old = notes.last { $0.key == key } ?? Note(key: key)
        var note = old
        body(&note)
        guard note != old else { return false }
        notes.removeAll { $0.key == key }
        notes = notes.suffix(Self.most.notes - 1) + [note]
        return true
    }

    /// The content of a blob in the Hub cache is named by its digest, so the file's real name and size identify it.
    private static func key(_ model: ModelEntry, _ plan: EnginePlan? = nil) -> String {
        let file = URL(fileURLWithPath: model.modelFile.string).resolvingSymlinksInPath()
        let name = file.lastPathComponent.hasSuffix(".gguf") ? file.path : file.lastPathComponent
        guard let plan else { return "\(name.suffix(512)) \(model.sizeBytes) " }
        // The projector is in the size.
        let draft = plan.companions.draft.map { " with \($0.weightBytes)" } ?? ""
        let type = plan.tuning.cacheType.map { " \($0.rawValue)" } ?? ""
        return "\(name.suffix(512)) \(model.sizeBytes) \(plan.slots)x\(plan.contextLength)\(type)\(draft)"
    }
}
