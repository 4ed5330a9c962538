/// How long a model stays in memory after its last request.
package enum KeepAlive: Sendable, Hashable, CustomStringConvertible {
    /// Until another model needs the memory.
    case forever
    /// This long; with zero it goes after the request.
    case unused(Duration)

    /// The allowed values, as in "must be …".
    package static let allowed = "a duration such as 30s, 10m or 1h30m, a number of seconds, 0 to unload at once, or -1 to stay"
    /// The longest duration: ten years.
    private static let most: Double = 315_360_000

    /// Creates a value from a number of seconds. A negative one means forever, as in Ollama.
    ///
    /// - Parameter seconds: The number; `nil` is returned for one of more than ten years.
    package init?(seconds: Double) {
        guard seconds.isFinite, seconds <= Self.most else { return nil }
        self = seconds < 0 ? .forever : .unused(.milliseconds(Int((seconds * 1000).rounded())))
    }

    /// Parses a text: a number of seconds, or hours, minutes and seconds with their letters, largest first.
    ///
    /// - Parameter text: The text; untrusted.
    package init?(parsing text: String) {
        guard text.utf8.count <= 32, text.allSatisfy(\.isASCII) else { return nil }
        if text == "forever" {
            self = .forever
            return
        }
        if let seconds = Double(text), text.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) {
            self.init(seconds: seconds)
            return
        }
        guard let parts = text.wholeMatch(of: /(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?/), !text.isEmpty else { return nil }
        let numbers = [parts.1, parts.2, parts.3].map { $0.flatMap { Double($0) } ?? 0 }
        self.init(seconds: numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
    }

    /// The value as `parsing` reads it.
    package var description: String {
        switch self {
        case .forever: "forever"
        case .unused(let time): "\(time.components.seconds)s"
        }
    }
}
