import RoostCore

/// The measurements of a run. Its size does not depend on the number of requests.
struct BenchMeter: Sendable {
    /// The most kinds of errors that are told apart.
    private static let mostKinds = 16

    private let plan: BenchPlan
    private(set) var begun = 0
    private var start: Duration?
    private var lastEnd: Duration = .zero
    private var answered = 0
    private var refused = 0
    private var failed = 0
    private var errors: [String: BenchReport.ErrorCount] = [:]
    private var firstTokens = LatencyHistogram()
    private var gaps = LatencyHistogram()
    private var paces = LatencyHistogram()
    private var generated = 0
    private var prompt: Int?
    private var prefilled: Int?
    private var sources: Set<TokenSource> = []

    init(plan: BenchPlan) { self.plan = plan }

    /// Begins a request, unless the run is over.
    ///
    /// - Parameter now: The time.
    /// - Returns: The number of the request, from 0; `nil` at the end of the run.
    mutating func begin(at now: Duration) -> Int? {
        guard !isOver(at: now) else { return nil }
        if start == nil { start = now }
        begun += 1
        return begun - 1
    }

    /// Whether no further request begins.
    func isOver(at now: Duration) -> Bool {
        switch plan.amount {
        case .requests(let count): begun >= count
        case .duration(let duration): start.map { now - $0 >= duration } ?? false
        }
    }

    /// Counts a time of a running answer.
    mutating func add(_ lap: AnswerTimer.Lap) {
        switch lap {
        case .first(let duration): firstTokens.add(duration)
        case .gap(let duration): gaps.add(duration)
        }
    }

    /// Counts a complete answer.
    mutating func complete(_ figures: AnswerFigures, at now: Duration) {
        answered += 1
        lastEnd = max(lastEnd, now)
        generated += figures.generated
        if let count = figures.prompt { prompt = (prompt ?? 0) + count }
        if let count = figures.prefilled { prefilled = (prefilled ?? 0) + count }
        if let pace = figures.pace { paces.add(pace) }
        sources.insert(figures.source)
    }

    /// Counts a request without a complete answer.
    mutating func fail(_ failure: BenchFailure, at now: Duration) {
        lastEnd = max(lastEnd, now)
        if failure.kind == BenchFailure.refused { refused += 1 } else { failed += 1 }
        let kind = errors[failure.kind] == nil && errors.count >= Self.mostKinds ? "other" : failure.kind
        errors[kind, default: .init(kind: kind, count: 0, first: failure.sentence)].count += 1
    }

    /// Returns the measurements so far.
    ///
    /// - Parameters:
    ///   - url: The URL of the requests.
    ///   - now: The time; it is the end of the run while requests are under way.
    /// - Returns: The report.
    func report(url: String, at now: Duration) -> BenchReport {
        let unfinished = begun - answered - refused - failed
        let elapsed = start.map { max((unfinished > 0 ? now : lastEnd) - $0, .zero) } ?? .zero
        let seconds = elapsed / .seconds(1)
        return BenchReport(
            url: url, model: plan.model, clients: plan.clients, seconds: seconds,
            requests: .init(answered: answered, refused: refused, failed: failed, unfinished: unfinished),
            errors: errors.values.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) },
            timeToFirstToken: .init(firstTokens), interToken: .init(gaps),
            tokens: .init(generated: generated, countedBy: TokenSource.allCases.filter(sources.contains), prompt: prompt, prefilled: prefilled),
            rate: .init(
                total: seconds > 0 ? Double(generated) / seconds : 0, perStream: paces.percentile(0.5).map { .seconds(1) / $0 },
                slowestStreams: paces.percentile(0.95).map { .seconds(1) / $0 }))
    }
}
