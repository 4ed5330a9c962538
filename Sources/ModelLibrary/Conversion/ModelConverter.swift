import DurableFiles
import Foundation
package import HubClient
package import Logging
package import ModelFormats
package import RoostAPI
import RoostCore
package import SystemPackage

/// Makes each model once, from weights that are on this machine or being downloaded:
/// `models/<org>--<name>/<commit>/<recipe>/`.
package struct ModelConverter: Sendable {
    private let settings: ConversionSettings
    private let logger: Logger

    /// Creates a converter.
    package init(settings: ConversionSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// A conversion: its sources and its target.
    package struct Work: Sendable {
        let repository: RepositoryID
        let commit: CommitHash
        let order: ConversionOrder
        /// The folder with the repository's files, or links to them.
        let snapshot: FilePath
        let sources: [RepositoryFile]

        /// Creates the conversion of a plan.
        ///
        /// - Parameters:
        ///   - plan: The plan.
        ///   - order: Its conversion.
        ///   - hub: The Hub client with the cache of the files.
        package init(_ plan: ModelPlan, _ order: ConversionOrder, in hub: HubClient) {
            repository = plan.revision.repository
            commit = plan.revision.commit
            self.order = order
            snapshot = hub.snapshotDirectory(of: plan.revision)
            sources = plan.files
        }
    }

    /// A finished model.
    package struct Made: Sendable {
        /// The folder of the conversion.
        package let folder: FilePath
        package let receipt: ConversionReceipt
    }

    /// Returns the finished model of a conversion, if it exists and is unchanged.
    ///
    /// - Parameter work: The conversion.
    /// - Returns: The model; `nil` when there is none or it is damaged.
    package func existing(_ work: Work) async -> Made? {
        let folder = folder(work)
        let model = folder.modelFile
        guard let receipt = folder.receipt, FileSystem.size(of: model) == receipt.model.size else { return nil }
        guard let digest = try? await ContentDigest.sha256(of: model), digest.description == receipt.model.digest else {
            logger.warning("a model that was made earlier is damaged and is made again", metadata: ["model": "\(model)"])
            return nil
        }
        return Made(folder: folder.path, receipt: receipt)
    }

    /// Makes a model and reads the weights while they arrive.
    ///
    /// - Parameters:
    ///   - work: The conversion.
    ///   - arriving: The weights and their companions.
    ///   - note: Receives remarks for the user.
    ///   - progress: Receives the progress.
    /// - Returns: The model.
    /// - Throws: `RoostError`; the error that ended the download; `CancellationError`. The unfinished file is kept if
    ///   it is known to be right.
    package func make(
        _ work: Work, of arriving: DownloadingFiles, note: @Sendable (String) async -> Void,
        progress: @escaping @Sendable (ModelWriter.Progress) -> Void
    ) async throws -> Made {
        let folder = folder(work)
        return try await folder.lock.holding(time: TimeSource(), logger: logger) {
            // Under the lock, because a removal of the model also removes its folder.
            try FileSystem.makeFolder(folder.path)
            // The previous holder of the lock may have made the model.
            if let made = await existing(work) { return made }
            try await arriving.companionsVerified()
            var conversion = try await conversion(work)
            for text in conversion.notes { await note(text) }
            var run = try ConversionRun(in: folder.path)
            while true {
                do {
                    let digest = try await write(conversion, work, of: arriving, run: &run, progress)
                    return try finish(work, conversion, run, digest)
                } catch is DownloadingFiles.Damaged {
                    logger.warning("weights that were read early were wrong; converting anew", metadata: ["model": "\(folder.path)"])
                    arriving.forgetDoubt()
                    try run.beginAnew()
                } catch let error as RoostError where work.order.decision.isAutomatic {
                    guard let wider = try conversion.widened(after: error) else { throw error }
                    for text in wider.notes where !conversion.notes.contains(text) { await note(text) }
                    conversion = wider
                }
            }
        }
    }

    private func write(
        _ conversion: ModelConversion, _ work: Work, of arriving: DownloadingFiles, run: inout ConversionRun,
        _ progress: @escaping @Sendable (ModelWriter.Progress) -> Void
    ) async throws -> ContentDigest {
        let target = folder(work).modelFile
        return try await withThrowingTaskGroup(of: ContentDigest?.self) { group in
            // At the same time as the writing: a process that is killed later can then be continued.
            group.addTask {
                try await arriving.allVerified()
                return nil
            }
            group.addTask { [name = run.name] in
                do {
                    return try await conversion.write(
                        bytes: arriving, to: target, revision: "\(work.commit) \(name)", workers: settings.workers, progress: progress,
                        beforeInstalling: {
                            try await arriving.allVerified()
                            try await work.confirm()
                        })
                } catch let error as RoostError where [.numberOutOfRange, .notFinite].contains(error.code) {
                    // Only for verified weights: before that, a wrong byte or header may be the cause of the number.
                    try await arriving.allVerified()
                    try await work.confirm()
                    throw error
                }
            }
            var digest: ContentDigest?
            for try await result in group {
                if let result { digest = result } else { try run.verified() }
            }
            guard let digest else { throw CancellationError() }
            return digest
        }
    }

    private func finish(_ work: Work, _ conversion: ModelConversion, _ run: ConversionRun, _ digest: ContentDigest) throws -> Made {
        let folder = folder(work)
        let model = folder.modelFile
        let receipt = ConversionReceipt(
            repository: work.repository, commit: work.commit, recipe: work.order.decision.recipe.rawValue, reason: work.order.decision.reason,
            architecture: work.order.className,
            model: .init(path: ConvertedModels.modelName, size: FileSystem.size(of: model) ?? 0, digest: digest.description),
            sources: work.sources.map { .init(path: $0.path.description, size: $0.size, digest: $0.digest.description) }.sorted { $0.path < $1.path },
            library: conversion.library, notes: conversion.notes, madeAt: Timestamp(Date()))
        try folder.write(receipt)
        try run.finish()
        try FileSystem.flushFolder(folder.path)
        return Made(folder: folder.path, receipt: receipt)
    }

    private func conversion(_ work: Work) async throws -> ModelConversion {
        let library = try work.order.decision.recipe.needsLibrary ? GGMLLibrary(at: settings.locateLibrary()) : nil
        return try await ModelConversion.settled(
            folder: work.snapshot, checkpoint: work.order.checkpoint, recipe: work.order.decision.recipe, repository: work.repository,
            library: library)
    }

    private func folder(_ work: Work) -> ConversionFolder {
        ConversionFolder(settings.models, of: work.repository, at: work.commit, recipe: work.order.tag)
    }
}

extension ModelConverter.Work {
    /// Compares the weights' headers, which were read unverified when the pull was planned, with the files.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    fileprivate func confirm() async throws {
        let actual = try await ConversionThreads.run { [snapshot] in try Checkpoint(folder: snapshot) }
        guard actual.files == order.checkpoint.files, actual.tensors == order.checkpoint.tensors else {
            throw RoostError(
                .hubProtocolViolation,
                "The headers of \(repository)'s weights changed between the plan and the download. Pull again; if it fails again, check HF_ENDPOINT.")
        }
    }
}
