import RoostAPI
import RoostCore
import Synchronization

/// Counts the verified bytes of several threads.
final class VerifyMeter: Sendable {
    private let state: Mutex<VerifyProgress>
    private let report: @Sendable (VerifyProgress) -> Void

    init(files: Int, bytes: Int64, report: @escaping @Sendable (VerifyProgress) -> Void) {
        state = Mutex(VerifyProgress(files: 0, totalFiles: files, bytes: 0, totalBytes: bytes))
        self.report = report
    }

    var bytes: Int64 { state.withLock { $0.bytes } }

    func add(files: Int = 0, bytes: Int64 = 0) {
        let now = state.withLock { progress in
            progress.files += files
            progress.bytes += bytes
            return progress
        }
        report(now)
    }
}
