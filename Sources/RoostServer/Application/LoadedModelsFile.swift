import Foundation
import HTTPServing
import Logging
import RoostCore
import SystemPackage

/// The file with the models in memory, so that they return after a restart.
struct LoadedModelsFile: Sendable {
    /// The most models and bytes of the file.
    private static let most = (models: 64, bytes: 256 << 10)

    private struct Content: Codable {
        let models: [String]
    }

    private let path: FilePath
    private let logger: Logger

    /// Creates the value; the file need not exist.
    init(in home: FilePath, logger: Logger) { (path, self.logger) = (home.appending("loaded-models.json"), logger) }

    /// Returns the models, the last used one first; none without a valid file.
    func read() async -> [ModelReference] {
        let content = try? await WorkThreads.run {
            guard let size = try FileManager.default.attributesOfItem(atPath: path.string)[.size] as? Int, size <= Self.most.bytes else {
                return Content(models: [])
            }
            return try JSONDecoder().decode(Content.self, from: FileManager.default.contents(atPath: path.string) ?? Data())
        }
        return (content?.models ?? []).prefix(Self.most.models).compactMap { try? ModelReference(parsing: $0) }
    }

    /// Writes the models. A failure is logged: the next start only loads others, or none.
    func write(_ models: [ModelReference]) async {
        let content = Content(models: models.map(\.description))
        do {
            try await WorkThreads.run { try JSONEncoder().encode(content).write(to: URL(fileURLWithPath: path.string), options: .atomic) }
        } catch is CancellationError {
            return
        } catch {
            logger.warning(
                "The list of the models in memory cannot be written, so after a restart the models of the old list are loaded",
                metadata: ["file": "\(path)", "error": "\(error)"])
        }
    }
}
