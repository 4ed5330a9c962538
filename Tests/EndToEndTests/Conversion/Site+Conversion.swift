import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage

extension Site {
    /// The folder of what was made of a repository's newest commit by a recipe.
    func conversion(_ repository: String, _ recipe: String) throws -> FilePath {
        let folder = cache.appending(try RepositoryID(parsing: repository).cacheFolderName)
        let commit = String(decoding: FileManager.default.contents(atPath: folder.appending("refs/main").string) ?? Data(), as: UTF8.self)
        return home.appending("models").appending(repository.replacing("/", with: "--")).appending(commit).appending(recipe)
    }

    /// The models that were made, wherever they are, as paths below the home's folder of models.
    func madeModels() -> [String] {
        let all = try? FileManager.default.subpathsOfDirectory(atPath: home.appending("models").string)
        return (all ?? []).filter { $0.hasSuffix("model.gguf") }
    }
}

extension Server {
    /// Asks for a model and follows the job to its end.
    func pull(_ model: String, quantize: QuantizationPolicy, initialize: Bool = false) async throws -> Job {
        try await finished(client.pull(PullRequest(model: model, quantize: quantize, initialize: initialize)).jobID)
    }

    /// The sentences of a job's history.
    func sentences(_ job: Job) async throws -> [String] { try await client.history(of: job.id).compactMap(\.message) }

    /// Waits until a job's weights are here and the model of them is being made.
    func converting(_ id: String) async throws {
        _ = try await eventually("the conversion of job \(id)", every: .milliseconds(2)) {
            let job = try await client.job(id).job
            return job.stage == .converting || job.stage == .quantizing ? true : nil
        }
    }
}
