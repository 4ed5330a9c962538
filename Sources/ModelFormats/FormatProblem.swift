import RoostCore

/// Why bytes are not what they say they are: the middle of a sentence about a file. Leaves this target as a `RoostError`.
package struct FormatProblem: Error {
    /// Such as `its tensor "x" ends after the file's end`.
    package let text: String
    /// What can be done about it, where that is not what helps against damage: sentences.
    let advice: String?

    init(_ text: String, advice: String? = nil) {
        self.text = text
        self.advice = advice
    }

    /// The same problem, told from further away.
    func inside(_ place: String) -> FormatProblem { FormatProblem("\(place): \(text)", advice: advice) }
}

extension RoostError {
    /// Runs `body`; what it finds wrong becomes an error about the file.
    ///
    /// - Parameters:
    ///   - file: The file's name, for people.
    ///   - body: Reads the file.
    /// - Returns: What `body` returns.
    /// - Throws: `RoostError` with code `invalidModelFile` for a `FormatProblem`, and whatever else `body` throws.
    static func describing<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let problem as FormatProblem {
            let advice =
                problem.advice
                ?? "If `roost models verify` finds it damaged, `roost models repair` fetches it again; else it is as its repository has it: take another one."
            throw RoostError(.invalidModelFile, "\(file.quotedForPeople) cannot be used: \(problem.text). \(advice)")
        }
    }
}
