import Foundation
import RoostAPI
import RoostCore

/// Shows a job's progress: bars on a terminal (standard error), one for the job and one for each file that is being
/// received; otherwise plain lines.
struct ProgressReporter {
    /// The time after which the same waiting state is printed again.
    private static let waitingPause: Duration = .seconds(60)
    private static let movingPause: Duration = .seconds(5)

    let interactive: Bool
    /// Writes a line of news.
    let line: @Sendable (String) -> Void
    private var lastLine = ""
    /// The number of lines drawn last.
    private var drawn = 0
    private var lastPrinted = ContinuousClock.now - .seconds(60)

    init(interactive: Bool, line: @escaping @Sendable (String) -> Void) {
        self.interactive = interactive
        self.line = line
    }

    /// Draws the bars, or prints a line when the state has changed or some seconds have passed.
    ///
    /// - Parameters:
    ///   - view: The job.
    ///   - reason: Why it has not begun although it may, if known.
    mutating func show(_ view: JobView, waitingFor reason: String? = nil) {
        // A try has just failed: the reason and the time of the next try are not recorded yet.
        guard view.job.status != .running || view.job.stage != .waitingForNetwork else { return }
        let state = JobState(view.job, waitingFor: reason)
        let text = state.text(at: Date())
        if interactive {
            draw([Self.bar(view, state: text)] + Self.fileBars(view))
        } else if state.topic != lastLine || ContinuousClock.now - lastPrinted > (state.isWaiting ? Self.waitingPause : Self.movingPause) {
            lastLine = state.topic
            lastPrinted = .now
            line([text, Self.figures(view)].filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    /// Shows that the server does not answer at the moment.
    mutating func showWaiting() {
        let news = "the server does not answer; waiting for it"
        if interactive { draw([news]) } else if lastLine != news { line(news) }
        lastLine = news
    }

    /// Prints the result of the job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - made: The converted model, if there is one.
    mutating func end(_ job: Job, made: ModelView? = nil) {
        if interactive { draw([""]) }
        if job.status == .succeeded {
            let size = (made?.sizeBytes ?? job.totalBytes).map { ", \(ByteCount($0))" } ?? ""
            let isLoaded = job.initialize == true && job.error == nil
            line("\(made?.model ?? job.model) is here\(size)\(isLoaded ? ", loaded" : ""): \(job.localPath ?? "")")
            if let error = job.error { Terminal.printError(error) }
        } else {
            Terminal.printError(job.failure.message)
        }
    }

    /// Draws lines over the previous ones; each is shorter than the terminal's width.
    private mutating func draw(_ lines: [String]) {
        let width = Terminal.columns - 1
        Terminal.redraw(lines.map { $0.cut(toColumns: width) }, over: drawn)
        drawn = lines.count
    }

    /// Returns a bar for each file that is being received, unless there is only one, which the bar of the job already
    /// shows.
    private static func fileBars(_ view: JobView) -> [String] {
        guard let files = view.currentFiles, files.count > 1 || files.first.map({ $0.size != view.job.totalBytes }) == true else { return [] }
        let nameWidth = min(files.map(\.path.count).max() ?? 0, max(16, Terminal.columns / 3))
        return files.map { file in
            let name = file.path.count > nameWidth ? "…" + file.path.suffix(nameWidth - 1) : file.path
            let figures = "\(ByteCount(file.downloadedBytes)) of \(ByteCount(file.size))"
            let width = min(30, Terminal.columns - nameWidth - figures.count - 7)
            return "  \(name.padding(to: nameWidth + 1))" + bar(Double(file.downloadedBytes) / Double(max(file.size, 1)), width: width) + figures
        }
    }

    private static func bar(_ progress: Double, width: Int) -> String {
        guard width >= 8 else { return "" }
        let filled = Int(min(max(progress, 0), 1) * Double(width))
        return "[\(String(repeating: "█", count: filled))\(String(repeating: "░", count: width - filled))] "
    }

    /// The progress, 0.0 … 1.0: of the conversion once all bytes have arrived, before that of the download.
    private static func progress(_ view: JobView) -> Double? {
        view.job.stage == .converting || view.job.stage == .quantizing ? view.conversionProgress ?? 0 : view.job.progress
    }

    /// `45.2 MB of 98.4 MB  46 %  12.3 MB/s  4 s left`; `63 %` during the conversion.
    private static func figures(_ view: JobView) -> String {
        if view.job.stage == .converting || view.job.stage == .quantizing { return "\(Int((view.conversionProgress ?? 0) * 100)) %" }
        guard let total = view.job.totalBytes, let done = view.job.downloadedBytes else { return "" }
        var parts = ["\(ByteCount(done)) of \(ByteCount(total))"]
        if let progress = view.job.progress { parts.append("\(Int(progress * 100)) %") }
        if let rate = view.bytesPerSecond, rate > 0 {
            parts.append("\(ByteCount(Int64(rate)))/s")
            parts.append(Self.duration(view.etaSeconds ?? Double(total - done) / rate) + " left")
        }
        return parts.joined(separator: "  ")
    }

    private static func bar(_ view: JobView, state: String) -> String {
        let figures = figures(view)
        let width = min(40, Terminal.columns - figures.count - state.count - 6)
        return "\(state) " + (progress(view).map { bar($0, width: width) } ?? "") + figures
    }

    /// Returns a duration in words, such as `45 s` or `2 h 10 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds < 360_000 else { return "days" }
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
