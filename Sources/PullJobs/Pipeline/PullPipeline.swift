import HubClient
import Logging
import ModelFormats
import ModelLibrary
import RoostCore
import SystemPackage

/// One run of one job: its stages in order, and again from the first when bytes turned out wrong. Every stage can be
/// repeated at no cost.
struct PullPipeline: Sendable {
    /// The tools of all runs.
    struct Tools: Sendable {
        let hub: HubClient
        /// The settings of conversions; `nil` refuses repositories with weights and no GGUF file.
        let conversions: ConversionSettings?
        /// The folder for receipts; `nil` for none.
        let receipts: ReceiptFolder?
        let loader: any ModelLoader
        let time: TimeSource
        let logger: Logger
    }

    let jobID: String
    let pull: NewPull
    let startedAt: Timestamp
    let tools: Tools
    let limiter: BandwidthLimiter
    let recorder: any PullRecorder

    /// Runs the stages until there is an outcome, and meanwhile writes the live state to jobs.db once a second. The run
    /// ends when the job no longer belongs to it.
    func run() async -> PullOutcome {
        await withTaskGroup(of: PullOutcome?.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    // Throws only when the job has another owner.
                    guard (try? await recorder.save()) != nil else { return .interrupted }
                }
                // Cancelled: what the stages end with counts.
                return nil
            }
            group.addTask { await tryUntilDone() }
            defer { group.cancelAll() }
            for await case let outcome? in group { return outcome }
            return .interrupted
        }
    }

    private func tryUntilDone() async -> PullOutcome {
        var localPath: String?
        while true {
            recorder.update { $0.beginAttempt() }
            do {
                let model = try await bring()
                localPath = model.localPath
                if pull.initialize { try await load(model.reference) }
                return .succeeded(localPath: model.localPath, notLoaded: nil)
            } catch {
                if Task.isCancelled || error is CancellationError { return .interrupted }
                let failure = describe(error)
                switch recorder.update({ $0.failed(failure, jitter: .random(in: 0...1)) }) {
                case .again:
                    tools.logger.warning("a try failed and is repeated at once: \(failure.message)", metadata: ["job": "\(jobID)"])
                case .retry(let pause): return .postponed(failure, pause: pause)
                case .giveUp, nil: return .givenUp(failure, localPath: localPath)
                }
            }
        }
    }

    /// Brings the model to this machine: resolve, plan, download, and convert if needed.
    private func bring() async throws -> PulledModel {
        try await enter(.resolving)
        let repository = try await ResolvedRepository(pull.model.repository, revision: pull.revision, from: tools.hub)
        try await enter(.planning)
        let (plan, claim) = try await PlanStage(hub: tools.hub, conversions: tools.conversions).run(pull, from: repository)
        defer { claim.release() }
        for text in plan.notes + [plan.alternatives, plan.conversion?.decision.reason].compactMap(\.self) { await recorder.note(text) }
        let conversion = ConvertStage(plan, hub: tools.hub, settings: tools.conversions, recorder: recorder, logger: tools.logger)
        if let made = await conversion?.existing() {
            recorder.update { $0.planned(sizeBytes: plan.sizeBytes, totalBytes: 0, quantized: plan.isQuantized) }
            await recorder.note("\(plan.reference) was made of this commit before, and is used again.")
            return PulledModel(reference: plan.reference, localPath: made.string)
        }
        try await beginDownload(plan)
        let download = { @Sendable (observer: DownloadObserver) in
            try await DownloadStage(hub: tools.hub, limiter: limiter).run(plan, observer: observer)
            writeReceipt(of: plan)
        }
        guard let conversion else {
            try await download(observer)
            return PulledModel(reference: plan.reference, localPath: tools.hub.snapshotDirectory(of: plan.revision).string)
        }
        return PulledModel(reference: plan.reference, localPath: try await conversion.run(observer: observer, download: download).string)
    }

    /// Records the plan together with the bytes that an earlier run has left, so that no client sees one without the
    /// other.
    private func beginDownload(_ plan: ModelPlan) async throws {
        let present = plan.files.map { ($0.path, tools.hub.presentBytes(of: $0, in: plan.revision)) }
        let now = recorder.now
        recorder.update { machine in
            machine.planned(sizeBytes: plan.sizeBytes, totalBytes: plan.totalBytes, quantized: plan.isQuantized)
            machine.listed(Dictionary(plan.files.map { ($0.path, $0.size) }) { first, _ in first })
            for (file, bytes) in present { machine.found(bytes, of: file, at: now) }
            machine.enter(.downloading, at: now)
        }
        await recorder.record(plan.files.map { JobFile(path: $0.path.description, size: $0.size, digest: $0.digest.description) })
        try await recorder.save()
    }

    private var observer: DownloadObserver {
        DownloadObserver(
            onProgress: { file, bytes in recorder.update { $0.received(bytes, of: file.path, at: recorder.now) } },
            onSynced: { file, ranges in await recorder.recordVerified([file.path.description: ranges]) },
            onVerified: { files in
                let ranges = files.map { ($0.path.description, $0.size == 0 ? [] : [[0, $0.size]]) }
                await recorder.recordVerified(Dictionary(ranges) { first, _ in first })
            })
    }

    /// Writes the receipt of a pull. Without it the model is just as complete, and the next pull writes it again.
    private func writeReceipt(of plan: ModelPlan) {
        let receipt = tools.hub.receipt(of: plan.files, in: plan.revision, startedAt: startedAt, pulledAt: Timestamp(tools.time.date()))
        do {
            try tools.receipts?.add(receipt, of: plan.revision.repository, commit: plan.revision.commit)
        } catch {
            tools.logger.warning("a pull's receipt cannot be written", metadata: ["job": "\(jobID)", "error": "\(error)"])
        }
    }

    private func load(_ model: ModelReference) async throws {
        try await enter(.loading)
        try await tools.loader.load(model)
    }

    /// Begins a stage and writes that at once, so that the job's events show how long each stage lasted.
    private func enter(_ stage: PullStage) async throws {
        recorder.update { $0.enter(stage, at: recorder.now) }
        try await recorder.save()
    }

    private func describe(_ error: any Error) -> RoostError {
        let machine = recorder.machine
        return RoostError.wrapping(error, as: .unexpected, "The pull failed because of an internal error")
            .adding("stage", machine?.stage?.rawValue ?? "none")
            .adding("attempts", "\(machine?.attempts ?? 0)")
    }
}

/// A model whose files are complete.
private struct PulledModel: Sendable {
    /// Its name with the chosen quantisation.
    let reference: ModelReference
    /// The folder with the model.
    let localPath: String
}
