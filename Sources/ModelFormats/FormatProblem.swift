import RoostCore

/// The reason why a file is malformed, as a part of a sentence. Converted to a `RoostError` before it leaves this
/// target.
package struct FormatProblem: Error {
    /// The reason, such as `its tensor "x" ends after the file's end`.
    package let text: String
    /// Advice in complete sentences, if the general advice for damaged files does not help.
    let advice: String?

    init(_ text: String, advice: String? = nil) {
        self.text = text
        self.advice = advice
    }

    /// The same problem with its location in the file.
    func inside(_ place: String) -> FormatProblem { FormatProblem("\(place): \(text)", advice: advice) }
}

extension RoostError {
    /// Runs `body` and converts a `FormatProblem` into an error about the file.
    ///
    /// - Parameters:
    ///   - file: The file's name, for users.
    ///   - body: Reads the file.
    /// - Returns: The result of `body`.
    /// - Throws: `RoostError` with code `invalidModelFile` for a `FormatProblem`, and all other errors of `body`.
    static func describing<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let problem as FormatProblem {
            let advice =
                problem.advice
                ?? "If `roost models verify` finds it damaged, `roost models repair` fetches it again; otherwise the fault is in the repository: use another file."
            throw RoostError(.invalidModelFile, "\(file.quotedForPeople) cannot be used: \(problem.text). \(advice)")
        }
    }
}
