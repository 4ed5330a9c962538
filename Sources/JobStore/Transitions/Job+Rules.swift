package import RoostCore

/// The rules for every change by Roost. Values that another program wrote before are not checked.
extension Job {
    /// The length limit of an error in bytes.
    package static let longestError = 4096
    private static let longestTraceback = 32 << 10

    /// Returns the job as it may be stored.
    ///
    /// - Parameter before: The state before the change.
    /// - Returns: The job, with its error and traceback cut to their limits.
    /// - Throws: `RoostError` with code `database` or `invalidRequest` when a changed value breaks a rule.
    package func checked(changing before: Job) throws -> Job {
        var job = self
        if error != before.error { job.error = error?.kept(bytes: Self.longestError) }
        if traceback != before.traceback { job.traceback = traceback?.kept(bytes: Self.longestTraceback) }
        try job.checkRules(changing: before)
        return job
    }

    private func checkRules(changing before: Job) throws {
        if status != before.status, !JobStatus.documented.contains(status) {
            throw RoostError(.database, "A job cannot get the status \(status.rawValue.quotedForPeople); only the documented four exist.")
        }
        if let progress, progress != before.progress, !(0...1).contains(progress) {
            throw RoostError(.database, "A job's progress is 0.0 … 1.0, not \(progress).")
        }
        if let downloadedBytes, let totalBytes, downloadedBytes > totalBytes,
            downloadedBytes != before.downloadedBytes || totalBytes != before.totalBytes
        {
            throw RoostError(.database, "A job cannot have \(downloadedBytes) of \(totalBytes) bytes.")
        }
        if priority != before.priority, !Self.priorities.contains(priority) { throw RoostError.wrongPriority }
    }
}

extension String {
    /// The text to store: with NULs, which databases refuse or end a text at, replaced, and limited to a number of
    /// bytes. Hubs and engines write sentences of any length.
    package func kept(bytes limit: Int) -> String {
        let whole = utf8.contains(0) ? replacing("\u{0}", with: "\u{FFFD}") : self
        guard whole.utf8.count > limit else { return whole }
        var end = whole.utf8.index(whole.startIndex, offsetBy: limit)
        while end.samePosition(in: whole.unicodeScalars) == nil { whole.utf8.formIndex(before: &end) }
        return whole[..<end] + "…"
    }
}

extension RoostError {
    /// The error for a priority outside the range.
    static var wrongPriority: RoostError { RoostError(.invalidRequest, "`priority` must be a whole number from -100 to 100.", field: "priority") }

    /// The error for an unknown job id.
    package static func noJob(_ id: String) -> RoostError {
        RoostError(.notFound, "There is no job \(id.quotedForPeople); `roost jobs`, or GET /jobs, lists them.", field: "id")
    }

    /// The error for a job that would become identical to an active one.
    package static func pullOfAnother(_ model: String) -> RoostError {
        RoostError(
            .conflict,
            "\(model) is being pulled for another user already, or that pull is paused or waits for its time. Use the model when it is here, or name a revision, such as `main`, for a pull of your own.",
            field: "model", retryAfter: .seconds(30))
    }

    /// The error for a change that makes a job active beside an identical one.
    package static func identicalPull(of model: String, cause: any Error) -> RoostError {
        RoostError(.conflict, "An identical pull of \(model) is queued or running already; follow that one.", field: "id", cause: cause)
    }
}
