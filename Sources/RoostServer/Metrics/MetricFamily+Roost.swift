import PrometheusMetrics

extension MetricFamily {
    /// The metrics of a server (Documentation/operating.md). Labels are names of models, routes and states: never a
    /// part of a prompt, a path as it was requested, or the name of a user.
    static let roost: [MetricFamily] = [
        .init(
            "roost_http_requests_total", .counter, labels: ["route", "method", "status"],
            "Answered HTTP requests by the pattern of the route and the class of the status."),
        .init("roost_http_request_seconds", .histogram(quick), labels: ["route"], "Time from a request to the begin of its answer."),
        .init("roost_jobs", .gauge, labels: ["status"], "Jobs in jobs.db by status."),
        .init("roost_jobs_finished_total", .counter, labels: ["status"], "Jobs that have succeeded, failed or were canceled."),
        .init("roost_uptime_seconds", .gauge, "Time since the start of the server."),
        .init("roost_engines", .gauge, labels: ["state"], "Engines by state."),
        .init("roost_engine_loads_total", .counter, labels: ["model", "result"], "Loads of models: loaded or failed."),
        .init("roost_engine_load_seconds", .histogram(slow), labels: ["model"], "Time from the start of an engine until it is ready."),
        .init("roost_engine_crashes_total", .counter, labels: ["model"], "Engines that crashed or hung."),
        .init("roost_engine_wait_seconds", .histogram(slow), labels: ["model"], "Time that a request waits until the model's engine is ready."),
        .init("roost_queue_wait_seconds", .histogram(slow), labels: ["model"], "Time that a request then waits for its turn."),
        .init("roost_time_to_first_token_seconds", .histogram(slow), labels: ["model"], "Time from a streamed request to its first token."),
        .init("roost_inter_token_seconds", .histogram(quick), labels: ["model"], "Time between two tokens of a stream."),
        .init(
            "roost_engine_step_seconds", .histogram(quick), labels: ["model"],
            "Mean time of an engine's steps during an answer, one value for each complete answer."),
        .init("roost_prompt_tokens_total", .counter, labels: ["model"], "Tokens of prompts that engines computed, of complete answers."),
        .init("roost_generated_tokens_total", .counter, labels: ["model"], "Generated tokens of complete answers."),
    ]

    /// Seconds, from 1 ms to 10 s.
    private static let quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    /// Seconds, from 50 ms to 5 minutes.
    private static let slow = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
}
