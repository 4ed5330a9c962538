/// The number of prompt tokens that an engine reads in one step.
///
/// All requests of an engine share its steps: while it reads a prompt, each answer gets one token per step. With
/// llama-server's default of 2048 tokens, one long prompt stops all answers for many seconds on a machine without GPU.
package enum PromptStep {
    /// The time that one step should take at most.
    static let target: Duration = .milliseconds(250)
    /// How much longer a step takes in the middle of a prompt of some thousand tokens, because each token attends to all earlier ones, than
    /// at its beginning, where the speed is measured.
    static let depth = 1.5
    /// The allowed numbers of tokens. With the lowest, processors still read at nine tenths of their speed; the highest is
    /// llama-server's default.
    static let allowed = 16...2048

    /// The number of tokens until the speed was measured.
    static let untilMeasured = 32

    /// Whether a step takes longer than the target in the middle of a long prompt.
    ///
    /// - Parameters:
    ///   - tokens: The number of its tokens.
    ///   - speed: The tokens that the engine reads per second at the beginning of a prompt.
    /// - Returns: Whether it does.
    static func isTooLong(_ tokens: Int, at speed: Double) -> Bool { Double(tokens) * depth > speed * (target / .seconds(1)) }

    /// Returns the largest power of two that an engine reads within the target, also in the middle of a long prompt.
    ///
    /// - Parameter speed: The tokens of a prompt that the engine reads per second.
    /// - Returns: A number within `allowed`.
    static func tokens(at speed: Double) -> Int {
        var tokens = allowed.lowerBound
        while tokens < allowed.upperBound, !isTooLong(tokens * 2, at: speed) { tokens *= 2 }
        return tokens
    }
}
