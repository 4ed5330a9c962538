/// The work with which a calibration measures an engine; the same for all options. It takes a second or two.
struct CalibrationWorkload: Sendable, Hashable {
    /// The number of requests at once, in the measurement of several.
    static let streams = 8
    /// The texts that one request alone continues: a free text, and one that repeats itself, as when a text is edited.
    static let texts = [
        "The history of the lighthouse began long before there were maps of this coast. In those days",
        "one: red apple, two: green pear, three: blue plum.\none: red apple, two: green pear, three: blue plum.\none: red apple, two:",
    ]

    /// The tokens of the prompt: a whole step and a half one, or a part of a longer step.
    var promptTokens: Int
    /// The tokens that each text is continued with.
    var singleTokens: Int
    /// The tokens that each of the requests at once generates.
    var severalTokens: Int

    /// Chooses the work for the speed of an engine.
    ///
    /// - Parameters:
    ///   - step: The number of prompt tokens per step.
    ///   - contextLength: The context of the engine.
    ///   - speed: The tokens that it generates per second for one request.
    init(step: Int, contextLength: Int, speed: Double) {
        promptTokens = max(16, min(step + step / 2, contextLength - 16))
        singleTokens = Self.tokens(speed * 0.2, in: 8...48)
        severalTokens = Self.tokens(speed * 0.08, in: 4...24)
    }

    private static func tokens(_ number: Double, in range: ClosedRange<Int>) -> Int {
        min(max(range.lowerBound, Int(min(number.isFinite ? number : 0, 1000))), range.upperBound)
    }
}
