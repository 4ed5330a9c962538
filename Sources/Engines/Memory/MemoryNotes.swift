package import Foundation
package import ModelLibrary
import SystemPackage

/// What engines really needed, by model file and plan, so that the next load of a model counts with it.
///
/// A note only raises an estimate: an engine that answered few requests has not shown how much it can need.
package struct MemoryNotes: Sendable, Hashable, Codable {
    /// The most notes and bytes of the file.
    package static let most = (notes: 256, bytes: 256 << 10)

    /// One note.
    private struct Note: Sendable, Hashable, Codable {
        /// The model's file and the plan.
        let key: String
        /// The most bytes that an engine used.
        let bytes: Int64
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
        notes = read.notes.suffix(Self.most.notes).filter { $0.bytes > 0 }
    }

    /// The content of the file.
    package func encoded() throws -> Data { try JSONEncoder().encode(self) }

    /// Returns the most bytes that an engine with this plan has used for this model; `nil` without a note.
    package func bytes(_ model: ModelEntry, _ plan: EnginePlan) -> Int64? {
        let key = Self.key(model, plan)
        return notes.last { $0.key == key }?.bytes
    }

    /// Records the bytes that an engine used, if it is the most so far.
    ///
    /// - Returns: Whether the notes have changed.
    package mutating func record(_ bytes: Int64, _ model: ModelEntry, _ plan: EnginePlan) -> Bool {
        let key = Self.key(model, plan)
        guard bytes > notes.last(where: { $0.key == key })?.bytes ?? 0 else { return false }
        notes.removeAll { $0.key == key }
        notes = notes.suffix(Self.most.notes - 1) + [Note(key: key, bytes: bytes)]
        return true
    }

    /// The content of a blob in the Hub cache is named by its digest, so the file's real name and size identify it.
    private static func key(_ model: ModelEntry, _ plan: EnginePlan) -> String {
        let file = URL(fileURLWithPath: model.modelFile.string).resolvingSymlinksInPath()
        let name = file.lastPathComponent.hasSuffix(".gguf") ? file.path : file.lastPathComponent
        let type = plan.tuning.cacheType.map { " \($0.rawValue)" } ?? ""
        return "\(name.suffix(512)) \(model.sizeBytes) \(plan.slots)x\(plan.contextLength)\(type)"
    }
}
