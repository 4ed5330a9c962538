import HubClient
import Logging
import ModelFormats
import ModelLibrary
import RoostCore
import SystemPackage

/// Converts the weights of a plan during their download: the model is complete a moment after the last byte.
struct ConvertStage: Sendable {
    private let order: ConversionOrder
    private let plan: ModelPlan
    private let hub: HubClient
    private let recorder: any PullRecorder
    private let converter: ModelConverter

    /// - Returns: `nil` when the plan's files are a model already.
    init?(_ plan: ModelPlan, hub: HubClient, settings: ConversionSettings?, recorder: any PullRecorder, logger: Logger) {
        guard let order = plan.conversion, let settings else { return nil }
        self.order = order
        self.plan = plan
        self.hub = hub
        self.recorder = recorder
        converter = ModelConverter(settings: settings, logger: logger)
    }

    /// Returns the folder of the model, if it was made before.
    func existing() async -> FilePath? { await converter.existing(work)?.folder }

    /// Downloads and converts side by side.
    ///
    /// - Parameters:
    ///   - observer: The observer of the download.
    ///   - download: Downloads the files and calls the observer that it gets.
    /// - Returns: The folder with the model.
    /// - Throws: The first error of the download or the conversion; `CancellationError`.
    func run(observer: DownloadObserver, download: @escaping @Sendable (DownloadObserver) async throws -> Void) async throws -> FilePath {
        let weights = Set(order.weights.map(\.path))
        let arriving = DownloadingFiles(order.weights, companions: plan.files.filter { !weights.contains($0.path) })
        let watching = observing(arriving, beside: observer)
        return try await withThrowingTaskGroup(of: FilePath?.self) { group in
            group.addTask {
                do {
                    try await download(watching)
                    recorder.update { $0.enter(order.stage, at: recorder.now) }
                    try await recorder.save()
                } catch {
                    arriving.fail(error)
                    throw error
                }
                return nil
            }
            group.addTask {
                try await converter.make(
                    work, of: arriving, note: { await recorder.note($0) },
                    progress: { progress in recorder.update { $0.converted(progress.bytes, of: progress.totalBytes) } }
                ).folder
            }
            var folder: FilePath?
            while let result = try await group.next() { folder = result ?? folder }
            guard let folder else { throw CancellationError() }
            return folder
        }
    }

    private var work: ModelConverter.Work { ModelConverter.Work(plan, order, in: hub) }

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
