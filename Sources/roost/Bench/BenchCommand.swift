import ArgumentParser
import Foundation
import HTTPServing
import RoostClient
import RoostCore
import RoostServer

/// `roost bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a server of chat completions under load.",
        discussion: """
            Works with each server that has OpenAI's POST /v1/chat/completions with streaming: Roost, llama-server, vLLM and others. Each client sends its next \
            request when its last answer is complete; after a failure it waits for the server's Retry-After (at most 10 s). A key is read from ROOST_BENCH_KEY. \
            Ctrl-C prints what was measured so far. Exits 1 when no request was answered.
            """)

    @Option(
        help: ArgumentHelp(
            "The server, with or without /v1. Default: ROOST_SERVER, else the Roost server of this machine's settings.", valueName: "url"))
    var url: String?
    @Option(help: "The model's name on that server.")
    var model: String
    @Option(help: "Clients at once, 1 to 1024.")
    var clients = 1
    @Option(help: "The number of requests of all clients together. Default: 4 for each client.")
    var requests: Int?
    @Option(help: "Begin requests for this many seconds, instead of --requests.")
    var duration: Int?
    @Option(help: "The approximate number of tokens of each prompt; the text is made up. Default: 64.")
    var promptTokens: Int?
    @Option(help: "The prompt, instead of --prompt-tokens.")
    var prompt: String?
    @Option(help: "The most tokens of an answer.")
    var maxTokens = 128
    @Flag(help: "Let each answer have exactly --max-tokens (`ignore_eos`: Roost, llama-server, vLLM).")
    var ignoreEos = false
    @Flag(help: "Begin every prompt with the same text, and end it with its own. Without this flag each begins with its own.")
    var sharedPrefix = false
    @Option(help: "The most seconds for a request, 1 to 86400.")
    var timeout = 600
    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    func validate() throws {
        try check(clients, "--clients", BenchPlan.clientRange)
        try check(maxTokens, "--max-tokens", BenchPlan.tokenRange)
        try check(timeout, "--timeout", BenchPlan.secondsRange)
        if let requests { try check(requests, "--requests", BenchPlan.requestRange) }
        if let duration { try check(duration, "--duration", BenchPlan.secondsRange) }
        if let promptTokens { try check(promptTokens, "--prompt-tokens", BenchPlan.promptRange) }
        guard requests == nil || duration == nil else { throw ValidationError("Give either --requests or --duration, not both.") }
        guard prompt == nil || promptTokens == nil else { throw ValidationError("Give either --prompt or --prompt-tokens, not both.") }
        guard !model.isEmpty else { throw ValidationError("--model must not be empty.") }
    }

    private func check(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else { throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound); got \(value).") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let url = try await ServerOptions.url(url)
        let bench = Bench(plan: plan, target: try BenchTarget(url: url, key: try Self.key(environment["ROOST_BENCH_KEY"])))
        try refuseTooManyClients(limit: OpenFiles.raiseLimit())
        let interrupt = Interrupt {
            show(bench.report)
            return "Interrupted; these are the measurements so far."
        }
        try await bench.measure()
        interrupt.cancel()
        let report = bench.report
        show(report)
        if report.requests.answered == 0 { throw ExitCode(1) }
    }

    private var plan: BenchPlan {
        var plan = BenchPlan(
            model: model, amount: duration.map { .duration(.seconds($0)) } ?? .requests(requests ?? 4 * clients),
            prompt: prompt ?? BenchPlan.text(words: promptTokens ?? 64))
        plan.clients = clients
        plan.sharesPrefix = sharedPrefix
        plan.maxTokens = maxTokens
        plan.ignoresEnd = ignoreEos
        plan.timeout = .seconds(timeout)
        return plan
    }

    private static func key(_ text: String?) throws -> SecretToken? {
        guard let text, !text.isEmpty else { return nil }
        guard let key = SecretToken(text) else {
            throw RoostError(.invalidConfiguration, "ROOST_BENCH_KEY holds characters that no key may have; set it to the server's key alone.")
        }
        return key
    }

    /// Each client needs a connection, and the command some files.
    private func refuseTooManyClients(limit: Int) throws {
        guard clients + 64 > limit else { return }
        throw RoostError(
            .invalidRequest,
            "\(clients) clients need \(clients + 64) open files, and this system allows \(limit); raise the limit (`ulimit -n`), or use fewer clients.",
            field: "clients")
    }

    private func show(_ report: BenchReport) {
        do {
            if json { try JSONOutput.print(report) } else { Terminal.print(report.text) }
        } catch {
            Terminal.printError("roost: the result cannot be written as JSON: \(error)")
        }
    }
}
