import Engines
import ModelLibrary
import RoostAPI
import RoostCore

extension ModelMaintenance {
    /// Finds a model and checks whether it could be calibrated now.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `conflict`.
    func calibratable(_ reference: ModelReference) async throws -> ModelEntry {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        try await engines.checkCalibration()
        return entry
    }

    /// Calibrates the engine of a model.
    ///
    /// - Throws: The errors of `EngineSupervisor.calibrate`.
    func tune(
        _ entry: ModelEntry, _ options: CalibrationOptions, onProgress: @escaping @Sendable (TuneProgress) -> Void
    ) async throws -> TuneReport {
        let report = try await engines.calibrate(entry, options: options) { progress in
            onProgress(
                TuneProgress(
                    measuring: progress.measuring, compared: progress.compared, changes: progress.changes,
                    seconds: progress.elapsed / .seconds(1)))
        }
        let plan = try await engines.fit(entry).plan
        return TuneReport(report, ModelTuning(await engines.options(of: entry, plan)))
    }

    /// Forgets the calibration of a model.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, `conflict`, `engineMissing` or `fileSystem`.
    func untune(_ reference: ModelReference) async throws -> TuneReset {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        return TuneReset(model: entry.reference.description, forgotten: try await engines.forgetTuning(of: entry))
    }
}

extension ModelTuning {
    init(_ options: EngineOptions) {
        self.init(
            options: options.options.map { Option(name: $0.name, value: $0.value, source: $0.source.rawValue) },
            calibratedAt: options.calibratedAt?.rawValue, gain: options.gain)
    }
}

extension TuneReport {
    fileprivate init(_ report: CalibrationReport, _ tuning: ModelTuning) {
        let outcome = report.outcome
        self.init(
            model: report.model.description, improved: outcome.gain > 1, tuning: tuning, before: Figures(outcome.before),
            after: Figures(outcome.after), neededBefore: report.neededBefore, neededAfter: report.neededAfter,
            changes: outcome.trials.map { Change($0) }, untried: report.changes - outcome.trials.count,
            seconds: report.elapsed / .seconds(1), note: report.storeFailure)
    }
}

extension TuneReport.Figures {
    fileprivate init(_ measured: EngineMeasurement) {
        self.init(prompt: measured.prompt, single: measured.single, several: measured.several, usedBytes: measured.memory)
    }
}

extension TuneReport.Change {
    fileprivate init(_ trial: TuningTrial) {
        self.init(
            change: trial.change.description, chosen: trial.verdict == .chosen, reason: trial.verdict.description, gain: trial.gain,
            figures: trial.measured.map { TuneReport.Figures($0) })
    }
}
