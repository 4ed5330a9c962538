/// The answer to a repair of models: damaged files have been moved away, and pulls fetch them again.
public struct ModelRepair: Sendable, Codable, Hashable {
    /// The result of the verification.
    public var report: VerifyReport
    /// The ids of the pulls that fetch the missing files. After they have succeeded, a verification finds no fault.
    public var jobs: [String]

    /// Creates an answer.
    public init(report: VerifyReport, jobs: [String]) {
        self.report = report
        self.jobs = jobs
    }
}

/// A line of an answer that is sent while the work goes on: its progress, or finally its result.
public struct ProgressLine<Result: Sendable & Codable>: Sendable, Codable {
    /// The progress of the work.
    public var progress: VerifyProgress?
    /// The result.
    public var result: Result?
    /// The error that ended the work.
    public var error: Problem?

    /// Creates a line.
    public init(progress: VerifyProgress? = nil, result: Result? = nil, error: Problem? = nil) {
        self.progress = progress
        self.result = result
        self.error = error
    }
}
