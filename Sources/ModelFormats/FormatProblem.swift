import RoostCore

/// Why bytes are not what they say they are: the middle of a sentence about a file. Leaves this target as a `RoostError`.
package struct FormatProblem: Error {
    /// Such as `its tensor "x" ends after the file's end`.
    package let text: String

    init(_ text: String) { self.text = text }
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
            throw RoostError(
                .invalidModelFile,
                "\(file.quotedForPeople) cannot be used: \(problem.text). If the file was copied or downloaded, it may be incomplete: get it again.")
        }
    }
}
