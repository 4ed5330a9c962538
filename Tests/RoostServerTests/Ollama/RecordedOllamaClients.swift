import Testing

/// Requests as clients of Ollama's API send them.
struct RecordedOllamaRequest: Sendable, CustomTestStringConvertible {
    let client: String
    let method: String
    let path: String
    var headers: [String: String] = [:]
    var body = ""
    /// The paths of members that the client reads, with `.` between names; of a stream, in its first line.
    let reads: [String]

    var testDescription: String { "\(client) \(method) \(path)" }

    private static let question = #"[{"role":"system","content":"You are an assistant."},{"role":"user","content":"Say hi."}]"#

    static let all: [Self] = [
        .init(client: "VS Code Copilot", method: "GET", path: "/api/version", reads: ["version"]),
        .init(client: "VS Code Copilot", method: "GET", path: "/api/tags", reads: ["models"]),
        .init(
            client: "VS Code Copilot", method: "POST", path: "/api/show", body: #"{"model":"acme/smol:Q4_1"}"#,
            reads: ["capabilities", "model_info.general.architecture", "model_info.llama.context_length", "details.family"]),
        .init(client: "Zed", method: "GET", path: "/api/tags", headers: ["Accept": "application/json"], reads: ["models"]),
        .init(client: "Zed", method: "POST", path: "/api/show", body: #"{"model":"acme/smol:Q4_1"}"#, reads: ["capabilities", "model_info"]),
        .init(
            client: "Zed", method: "POST", path: "/api/chat",
            body:
                #"{"model":"acme/smol:Q4_1","messages":\#(question),"stream":true,"keep_alive":-1,"options":{"num_ctx":1024,"num_predict":4,"stop":[],"temperature":1.0,"top_p":null},"tools":[],"think":null}"#,
            reads: ["created_at", "message.role", "message.content", "done", "model"]),
        .init(
            client: "Continue", method: "POST", path: "/api/show", headers: ["Content-Type": "application/json"], body: #"{"name":"acme/smol:Q4_1"}"#,
            reads: ["template", "model_info"]),
        .init(
            client: "Continue", method: "POST", path: "/api/chat",
            body:
                #"{"model":"acme/smol:Q4_1","raw":false,"keep_alive":1800,"options":{"temperature":0.01,"num_predict":4,"num_ctx":1024,"mirostat":0,"num_thread":1},"messages":\#(question),"stream":true}"#,
            reads: ["message.content", "done"]),
        .init(client: "Open WebUI", method: "GET", path: "/", reads: []),
        .init(
            client: "Open WebUI", method: "GET", path: "/api/ps",
            headers: ["X-OpenWebUI-User-Id": "1f1ad1e6", "X-OpenWebUI-User-Name": "Ada", "Content-Type": "application/json"], reads: ["models"]),
        .init(
            client: "Open WebUI", method: "POST", path: "/api/chat",
            headers: ["X-OpenWebUI-User-Id": "1f1ad1e6", "Content-Type": "application/json"],
            body:
                #"{"model":"acme/smol:Q4_1","messages":\#(question),"options":{"num_predict":4},"stream":true,"metadata":{"user_id":"1"},"template":""}"#,
            reads: ["created_at", "message.content", "done"]),
    ]
}
