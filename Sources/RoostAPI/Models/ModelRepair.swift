/// The answer to a repair of models: damaged files have been moved away, and pulls fetch them again.
package struct ModelRepair: Sendable, Codable, Hashable {
    /// The result of the verification.
    package var report: VerifyReport
    /// The ids of the pulls that fetch the missing files. After they have succeeded, a verification finds no fault.
    package var jobs: [String]

    /// Creates an answer.
    package init(report: VerifyReport, jobs: [String]) {
        self.report = report
        self.jobs = jobs
    }
}

/// A line of an answer that is sent while the work goes on: its progress, or finally its result.
package struct ProgressLine<Progress: Sendable & Codable, Result: Sendable & Codable>: Sendable, Codable {
    /// The progress of the work.
    package var progress: Progress?
    /// The result.
    package var result: Result?
    /// The error that ended the work.
    package var error: Problem?

    /// Creates a line.
    package init(progress: Progress? = nil, result: Result? = nil, error: Problem? = nil) {
        self.progress = progress
        self.result = result
        self.error = error
    }
}
