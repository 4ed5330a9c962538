import FaultHub
import Foundation
import RoostCore
import SystemPackage

/// What one run of one fault came to.
struct FaultRun: Sendable {
    let fault: Fault
    let seed: Int
    /// Whether a server was killed in the middle of it.
    let hasKill: Bool
    /// What is not as it must be.
    var problems: [String] = []
    var job: Job?
    /// Why tries failed, in the job's own words.
    var messages: [String] = []
    var figures = FaultMeter.Figures()
    var seconds = 0.0
    /// The peak memory of the server in bytes; for runs with their own server.
    var peakMemory: Int64 = 0

    init(_ fault: Fault, seed: Int, hasKill: Bool) {
        self.fault = fault
        self.seed = seed
        self.hasKill = hasKill
    }

    var title: String { "fault \(fault), seed \(seed)\(hasKill ? ", kill -9" : "")" }

    /// The code of the job's error, from the first line of its traceback.
    var code: RoostError.Code? {
        (job?.traceback?.split(separator: "]").first?.dropFirst()).map { RoostError.Code(rawValue: String($0)) }
    }

    /// Checks a job on its way.
    mutating func sample(_ job: Job, cache: FilePath) {
        if let total = job.totalBytes, let bytes = job.downloadedBytes, bytes > total || bytes < 0 {
            problems.append("\(bytes) of \(total) bytes are said to be here")
        }
        problems += CacheAudit(cache).problems(readingAll: false)
    }

    /// Checks how it all ended.
    ///
    /// - Parameters:
    ///   - digest: The sha256 that the model must have.
    ///   - root: The folder that holds everything of this run.
    ///   - cache: The Hub cache in it.
    ///   - known: The names that may be in the root.
    mutating func judge(digest: String, root: FilePath, cache: FilePath, known: Set<String>) {
        guard let job else { return problems.append("the job did not end") }
        switch fault.outcome {
        case .succeeds:
            if job.status != .succeeded { problems.append("the job is \(job.status.rawValue): \(job.traceback ?? "")") }
            let model = job.localPath.map { FilePath($0).appending(FaultRepository.model) }
            let got = model.flatMap { try? sha256(of: $0) }
            if got != digest { problems.append("the model's sha256 is \(got ?? "nothing")") }
        case .fails(let codes):
            if job.status != .failed { problems.append("the job is \(job.status.rawValue)") }
            if !codes.contains(code ?? .unexpected) { problems.append("the code is \(code?.rawValue ?? "none"): \(job.error ?? "")") }
            if job.localPath != nil { problems.append("a failed job names \(job.localPath ?? "")") }
        }
        for message in messages + [job.error].compactMap(\.self) { problems += Sentence.problems(of: message) }
        problems += CacheAudit(cache).problems(readingAll: true)
        let strangers = Set((try? FileManager.default.contentsOfDirectory(atPath: root.string)) ?? []).subtracting(known)
        if !strangers.isEmpty { problems.append("outside of the cache there are \(strangers)") }
        judgeTraffic()
    }

    private mutating func judgeTraffic() {
        let requests = figures.requests + figures.requestsElsewhere
        if requests > fault.mostRequests { problems.append("\(requests) requests") }
        if figures.hasTokenElsewhere { problems.append("the token came elsewhere") }
        if figures.requests > 0, !figures.hasTokenAtHub { problems.append("the token did not come to the hub") }
        if seconds > 60 { problems.append("\(seconds) s") }
        if peakMemory > 300 << 20 { problems.append("\(peakMemory >> 20) MiB of memory") }
    }
}

/// Whether words are fit for a person.
enum Sentence {
    /// The words of programmers that must not come through.
    private static let dumps = ["Error(", "Error.", "Optional(", "NIO", "HTTPClient", "errno", "(code", "domain=", "Swift."]

    static func problems(of message: String) -> [String] {
        var problems = dumps.filter(message.contains).map { "\"\(message)\" has \"\($0)\" in it" }
        if !message.hasSuffix(".") || message.count < 20 { problems.append("\"\(message)\" is no sentence") }
        if message.utf8.count > 1200 { problems.append("a message of \(message.utf8.count) bytes") }
        return problems
    }
}
