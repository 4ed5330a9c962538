/// The number of prompt tokens that an engine reads in one step.
///
/// All requests of an engine share its steps: while it reads a prompt, each answer gets one token per step. With
/// llama-server's default of 2048 tokens, one long prompt stops all answers for many seconds on a machine without GPU.
package enum PromptStep {
    /// The time that one step should take at most.
    static let target: Duration = .milliseconds(250)
    /// The allowed numbers of tokens. With the lowest, processors still read at nine tenths of their speed; the highest is
    /// llama-server's default.
    static let allowed = 16...2048

    /// The number of tokens until the speed was measured.
    static let untilMeasured = 32

    /// Returns the largest power of two that an engine reads within the target.
    ///
    /// - Parameter speed: The tokens of a prompt that the engine reads per second.
    /// - Returns: A number within `allowed`.
    static func tokens(at speed: Double) -> Int {
        let most = speed * (target / .seconds(1))
        var tokens = allowed.lowerBound
        while tokens < allowed.upperBound, Double(tokens * 2) <= most { tokens *= 2 }
        return tokens
    }
}
