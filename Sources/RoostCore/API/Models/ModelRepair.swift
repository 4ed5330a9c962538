/// What repairing models has begun: damaged files are set aside, and pulls fetch them again.
public struct ModelRepair: Sendable, Codable, Hashable {
    /// What was found wrong.
    public var report: VerifyReport
    /// The pulls that fetch what is missing; when they have succeeded, another verification is clean.
    public var jobs: [String]

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - report: What was found wrong.
    ///   - jobs: The pulls that fetch what is missing.
    public init(report: VerifyReport, jobs: [String]) {
        self.report = report
        self.jobs = jobs
    }
}

/// One line of an answer that takes long: how far it is, or in the end what it has come to.
public struct ProgressLine<Result: Sendable & Codable>: Sendable, Codable {
    /// How far the work is.
    public var progress: VerifyProgress?
    /// What it came to.
    public var result: Result?
    /// Why it broke off.
    public var error: Problem?

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - progress: How far the work is.
    ///   - result: What it came to.
    ///   - error: Why it broke off.
    public init(progress: VerifyProgress? = nil, result: Result? = nil, error: Problem? = nil) {
        self.progress = progress
        self.result = result
        self.error = error
    }
}
