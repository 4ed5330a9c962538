import ModelLibrary
import RoostAPI
import RoostCore
import Synchronization

/// Shows the progress of a verification, a conversion, a load or a calibration: a redrawn line on a terminal, otherwise a
/// line every five seconds.
final class VerifyReporter: Sendable {
    private let isQuiet: Bool
    private let last = Mutex(ContinuousClock.now)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func show(_ progress: VerifyProgress) {
        show {
            let percent = progress.totalBytes == 0 ? 100 : progress.bytes * 100 / progress.totalBytes
            let files = "\(progress.files) of \(progress.totalFiles) files"
            return "verifying  \(ByteCount(progress.bytes)) of \(ByteCount(progress.totalBytes))  \(percent) %  \(files)"
        }
    }

    func show(_ progress: ConversionProgress) {
        switch progress {
        case .verifying(let progress): show(progress)
        case .writing(let stage, let part): show { "\(stage.rawValue)  \(Int(part * 100)) %" }
        }
    }

    func show(_ load: LoadView) { show { load.message } }

    func show(_ progress: TuneProgress) {
        show {
            let count = progress.changes == 0 ? "" : "  \(progress.compared) of \(progress.changes) changes compared"
            return "measuring \(progress.measuring)\(count)  \(Int(progress.seconds)) s"
        }
    }

    private func show(_ line: () -> String) {
        guard !isQuiet else { return }
        let pause: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(5)
        let isDue = last.withLock { last in
            guard ContinuousClock.now - last >= pause else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        if Terminal.isInteractive { Terminal.redraw([line().cut(toColumns: Terminal.columns - 1)], over: 1) } else { Terminal.print(line()) }
    }

    func end() { if Terminal.isInteractive, !isQuiet { Terminal.redraw([""], over: 1) } }
}
