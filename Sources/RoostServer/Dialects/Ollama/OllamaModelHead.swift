import Foundation
import Hashing
import ModelFormats
import ModelLibrary
import RoostCore
import Synchronization
import SystemPackage

/// What Ollama's API tells about a model, from the head of its file.
struct OllamaModelHead: Sendable, Hashable {
    /// llama.cpp's name of the architecture.
    let family: String
    /// The number of weights.
    let parameterCount: Int64
    /// The type that most of the bytes have.
    let mainType: String
    /// The number of tokens that the model was trained for.
    let contextLength: Int?
    /// The length of its vectors.
    let embeddingLength: Int?
    /// What it can do, in Ollama's words.
    let capabilities: [String]
    /// The tokens for filling in; `nil` without them.
    let infill: OllamaInfill?

    /// Reads the file of a model.
    ///
    /// - Parameters:
    ///   - file: The head of the file, or of the first part.
    ///   - parts: The heads of the other parts.
    ///   - hasProjector: Whether it sees images or hears sounds.
    init(_ file: GGUFFile, parts: [GGUFFile], hasProjector: Bool) {
        let metadata = file.metadata
        family = metadata.string("general.architecture") ?? ""
        let tensors = file.tensors + parts.flatMap(\.tensors)
        parameterCount = tensors.reduce(0) { $0 + Int64($1.elementCount) }
        let bytes = Dictionary(tensors.map { ($0.type.name, $0.byteCount) }, uniquingKeysWith: +)
        mainType = bytes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
        contextLength = metadata.count("\(family).context_length").flatMap { $0 > 0 ? $0 : nil }
        embeddingLength = metadata.count("\(family).embedding_length")
        infill = file.makesEmbeddings ? nil : OllamaInfill(metadata)
        guard !file.makesEmbeddings else {
            capabilities = ["embedding"]
            return
        }
        let template = metadata.string("tokenizer.chat_template") ?? ""
        var abilities = ["completion"]
        if template.contains("tools") { abilities.append("tools") }
        if infill != nil { abilities.append("insert") }
        if hasProjector { abilities.append("vision") }
        if ["<think>", "enable_thinking", "reasoning_content", "reasoning_effort"].contains(where: { template.contains($0) }) {
            abilities.append("thinking")
        }
        capabilities = abilities
    }

    /// The number of weights as Ollama writes it, such as `134.52M` and `8.0B`.
    var parameterSize: String {
        let count = Double(parameterCount)
        if count >= 1e9 { return String(format: "%.1fB", count / 1e9) }
        if count >= 1e6 { return String(format: "%.2fM", count / 1e6) }
        return count >= 1e3 ? String(format: "%.0fK", count / 1e3) : "\(parameterCount)"
    }
}

/// The heads of models, so that a listing reads each file once.
final class OllamaModelHeads: Sendable {
    private struct Key: Hashable {
        let file: FilePath
        let size: Int64
        let modified: Date
        let hasProjector: Bool
    }

    private static let most = 1000
    private let heads = Mutex<[Key: OllamaModelHead]>([:])

    /// Returns the head of a model. It may read the file: call it on a thread for such work.
    ///
    /// - Throws: `RoostError` with code `invalidModelFile` or `fileSystem`.
    func head(of entry: ModelEntry) throws -> OllamaModelHead {
        let key = Key(file: entry.modelFile, size: entry.sizeBytes, modified: entry.modifiedAt, hasProjector: entry.projector != nil)
        if let known = heads.withLock({ $0[key] }) { return known }
        let files = try entry.parts.map { try GGUFFile(opening: $0) }
        guard let first = files.first else { throw RoostError(.invalidModelFile, "\(entry.reference) has no file.") }
        let head = OllamaModelHead(first, parts: Array(files.dropFirst()), hasProjector: entry.projector != nil)
        heads.withLock { heads in
            if heads.count >= Self.most { heads = [:] }
            heads[key] = head
        }
        return head
    }
}

extension ModelEntry {
    /// The file itself, which a snapshot only links.
    private var target: URL { URL(fileURLWithPath: modelFile.string).resolvingSymlinksInPath() }

    /// When its file was written last.
    var modifiedAt: Date {
        (try? FileManager.default.attributesOfItem(atPath: target.path))?[.modificationDate] as? Date ?? .distantPast
    }

    /// The SHA-256 of its file where the file's name in the Hub cache or an Ollama store tells it, otherwise one of the
    /// file's place, size and time: 64 hexadecimal digits.
    var identifier: String {
        let name = target.lastPathComponent.replacing("sha256-", with: "")
        if parts.count == 1, case .sha256(let hex)? = ContentDigest(hex: name) { return hex }
        return SHA256.hash(data: Array("\(modelFile) \(sizeBytes) \(modifiedAt.timeIntervalSince1970)".utf8)).hexadecimal
    }
}
