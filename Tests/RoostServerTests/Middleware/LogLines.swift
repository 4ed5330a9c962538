import Logging
import Synchronization

/// Keeps the lines of a log.
final class LogLines: Sendable {
    private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    func add(_ level: Logger.Level, _ text: String) { lines.withLock { $0.append((level, text)) } }

    func containing(_ text: String) -> [(level: Logger.Level, text: String)] { lines.withLock { $0.filter { $0.text.contains(text) } } }
}

private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
        lines.add(event.level, "\(event.message) \(all)")
    }
}
