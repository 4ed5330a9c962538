import Foundation
import HubClient
import ModelFormats
import RoostCore

/// Decides whether and how a repository's weights are converted to a model, from its configuration and the heads of the
/// weights' files: a few kilobytes of each.
struct ConversionPlanner: Sendable {
    let hub: HubClient
    /// The number of bytes of weights above which `auto` quantises.
    let threshold: Int64

    /// The first request for a header; most headers are shorter.
    private static let firstBytes: Int64 = 256 << 10
    private static let mostAtOnce = 8

    /// Plans a conversion.
    ///
    /// - Parameters:
    ///   - reference: The requested model.
    ///   - policy: The wanted quantisation, when the reference names none.
    ///   - repository: The repository at its commit.
    /// - Returns: The conversion.
    /// - Throws: `RoostError` with code `unsupportedModel` or `invalidModelFile`; as `HubClient.beginning`; `CancellationError`.
    func order(_ reference: ModelReference, policy: QuantizationPolicy, _ repository: ResolvedRepository) async throws -> ConversionOrder {
        let files = Dictionary(repository.files.map { ($0.path.description, $0) }) { first, _ in first }
        let choice = try CheckpointFiles(choosingFrom: files.keys.filter { !$0.contains("/") })
        guard let configuration = files["config.json"] else {
            throw RoostError(
                .unsupportedModel,
                "\(reference.repository) has safetensors files and no config.json, which says what model they are. Pull another repository.")
        }
        // Read side by side: with a distant hub this takes the time of one answer, not of one for each file.
        async let vectors = poolsTokens(files, repository.revision)
        async let found = checkpoint(choice, of: reference, files, repository.revision)
        let config = try ModelConfig(parsing: Data(try await whole(configuration, repository.revision, atMost: 4 << 20)))
        try ConversionSource.check(config, files: Set(files.keys))
        let makesVectors = try await vectors
        let (weights, checkpoint) = try await found
        try await ConversionSource.check(config, checkpoint, makesVectors: makesVectors)
        let decision = try QuantizationDecision(policy: policy, tag: reference.quantization, facts: facts(checkpoint))
        guard let tag = QuantizationTag(parsing: decision.recipe.rawValue) else {
            throw RoostError(.unsupportedModel, "A model made by \(decision.recipe.rawValue) could not be called by that.")
        }
        let places = Dictionary(weights.map { ($0.path.description, $0) }) { first, _ in first }
        return ConversionOrder(
            weights: checkpoint.files.compactMap { places[$0.name] }, checkpoint: checkpoint, decision: decision, tag: tag,
            className: config.className)
    }

    /// Reads the heads of the weights' files.
    ///
    /// - Returns: The files that the index or their names list, and their content.
    private func checkpoint(
        _ choice: CheckpointFiles, of reference: ModelReference, _ files: [String: RepositoryFile], _ revision: ResolvedRevision
    ) async throws -> (weights: [RepositoryFile], checkpoint: Checkpoint) {
        let index = try await index(choice, files, revision)
        let names = if case .files(let names) = choice { names } else { index?.files ?? [] }
        let weights = try names.map { name in
            guard let file = files[name] else {
                throw RoostError(
                    .unsupportedModel, "\(reference.repository) lacks \(name.quotedForPeople), which its index lists. Pull another repository.")
            }
            return file
        }
        let headers = try await headers(of: weights, revision)
        return (weights, try await ConversionThreads.run { try Checkpoint(headers: headers, index: index) })
    }

    /// Reads the modules of a sentence-transformers repository.
    ///
    /// - Returns: Whether it pools the model's tokens; `false` for any other repository.
    private func poolsTokens(_ files: [String: RepositoryFile], _ revision: ResolvedRevision) async throws -> Bool {
        let most = 1 << 20
        guard let file = files["modules.json"],
            let path = try SentenceModules(parsing: Data(try await whole(file, revision, atMost: most))).poolingConfiguration,
            let pooling = files[path]
        else { return false }
        _ = try PoolingMode(parsing: Data(try await whole(pooling, revision, atMost: most)))
        return true
    }

    private func facts(_ checkpoint: Checkpoint) -> QuantizationDecision.Facts {
        QuantizationDecision.Facts(
            sourceType: checkpoint.mainType, sourceByteCount: checkpoint.files.reduce(0) { $0 + $1.size }, parameterCount: checkpoint.parameterCount,
            availableMemory: MachineMemory.availableBytes, threshold: threshold)
    }

    private func index(
        _ choice: CheckpointFiles, _ files: [String: RepositoryFile], _ revision: ResolvedRevision
    ) async throws -> CheckpointIndex? {
        guard case .index(let name) = choice, let file = files[name] else { return nil }
        let json = Data(try await whole(file, revision, atMost: CheckpointIndex.byteLimit))
        return try await ConversionThreads.run { try CheckpointIndex(parsing: json) }
    }

    private func whole(_ file: RepositoryFile, _ revision: ResolvedRevision, atMost limit: Int) async throws -> [UInt8] {
        guard file.size <= limit else {
            throw RoostError(
                .unsupportedModel,
                "\(file.path.description.quotedForPeople) has \(ByteCount(file.size)), and \(ByteCount(Int64(limit))) is the most that is read.")
        }
        return file.size == 0 ? [] : try await hub.beginning(of: file, in: revision, count: Int(file.size))
    }

    private func headers(of files: [RepositoryFile], _ revision: ResolvedRevision) async throws -> [(name: String, header: SafetensorsHeader)] {
        try await withThrowingTaskGroup(of: (String, SafetensorsHeader).self) { group in
            var headers: [(name: String, header: SafetensorsHeader)] = []
            for (number, file) in files.enumerated() {
                if number >= Self.mostAtOnce, let done = try await group.next() { headers.append(done) }
                group.addTask { (file.path.description, try await header(of: file, revision)) }
            }
            for try await done in group { headers.append(done) }
            return headers
        }
    }

    private func header(of file: RepositoryFile, _ revision: ResolvedRevision) async throws -> SafetensorsHeader {
        let name = file.path.description
        var bytes = file.size == 0 ? [] : try await hub.beginning(of: file, in: revision, count: Int(min(Self.firstBytes, file.size)))
        let needed = try bytes.withUnsafeBytes { try SafetensorsHeader.byteCount(prefix: $0, fileSize: file.size, name: name) }
        if needed > bytes.count { bytes = try await hub.beginning(of: file, in: revision, count: needed) }
        return try await ConversionThreads.run { [bytes] in
            try bytes.withUnsafeBytes { try SafetensorsHeader(parsing: $0, fileSize: file.size, name: name) }
        }
    }
}
