import HubClient
import Logging
import ModelFormats
import RoostCore
import SystemPackage

/// Makes the model of a plan's weights while they come: it is ready a moment after the last byte.
struct ConvertStage: Sendable {
    let order: ConversionOrder
    private let plan: PullPlan
    private let hub: HubClient
    private let converter: ModelConverter

    /// - Returns: `nil` when the plan's files are a model already.
    init?(_ plan: PullPlan, hub: HubClient, settings: ConversionSettings?, logger: Logger) {
        guard let order = plan.conversion, let settings else { return nil }
        self.order = order
        self.plan = plan
        self.hub = hub
        converter = ModelConverter(settings: settings, logger: logger)
    }

    /// The folder of the model, if it was made before.
    func existing() async -> FilePath? { await converter.existing(work)?.folder }

    /// Downloads and converts side by side.
    ///
    /// - Parameters:
    ///   - observer: The observer of the download.
    ///   - download: Brings the files, and tells the observer it is given.
    ///   - note: Gets what a person may want to know.
    ///   - progress: Gets the progress of the conversion.
    /// - Returns: The folder that holds the model.
    /// - Throws: What the download or the conversion ended with, whichever came first; `CancellationError`.
    func run(
        observer: DownloadObserver, download: @escaping @Sendable (DownloadObserver) async throws -> Void,
        note: @escaping @Sendable (String) async -> Void, progress: @escaping @Sendable (ModelWriter.Progress) -> Void
    ) async throws -> FilePath {
        let weights = Set(order.weights.map(\.path))
        let arriving = DownloadingFiles(order.weights, companions: plan.files.filter { !weights.contains($0.path) })
        let watching = observing(arriving, beside: observer)
        return try await withThrowingTaskGroup(of: FilePath?.self) { group in
            group.addTask {
                do {
                    try await download(watching)
                } catch {
                    arriving.fail(error)
                    throw error
                }
                return nil
            }
            group.addTask { try await converter.make(work, of: arriving, note: note, progress: progress).folder }
            var folder: FilePath?
            while let result = try await group.next() { folder = result ?? folder }
            guard let folder else { throw CancellationError() }
            return folder
        }
    }

    private var work: ModelConverter.Work {
        ModelConverter.Work(
            repository: plan.revision.repository, commit: plan.revision.commit, order: order, snapshot: hub.snapshotDirectory(of: plan.revision),
            sources: plan.files)
    }

    private func observing(_ arriving: DownloadingFiles, beside observer: DownloadObserver) -> DownloadObserver {
        var watching = observer
        watching.onGrown = { file, path, end in arriving.report(file, at: path, end: end) }
        watching.onVerified = { [hub, plan] files in
            await observer.onVerified(files)
            for file in files { arriving.verified(file, at: hub.path(of: file, in: plan.revision)) }
        }
        return watching
    }
}
