import RoostCore

/// Ollama's errors: `{"error":"…"}`.
enum OllamaDialect: Dialect {
    static func owns(_ path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    static func body(of error: RoostError) -> (body: any Encodable, contentType: String) { (OllamaProblem(error), "application/json") }
}

/// An error in Ollama's form.
struct OllamaProblem: Encodable {
    let error: String

    init(_ failure: RoostError) { error = failure.message }
}
