import Foundation
import RoostCore

/// A program that uses models of a server, and what it needs to use this one. Nothing is written to a user's files: variables and arguments
/// are enough.
struct LaunchTool {
    /// The name of the program, and of this tool for `roost launch`.
    let name: String
    /// What it is, and where it comes from.
    let summary: String
    /// Returns the variables and the arguments for a server, a model and a key.
    let setup: @Sendable (Target) -> Setup

    /// The server and the model to use.
    struct Target {
        /// The server's URL without a slash at the end.
        let server: String
        let model: String
        /// The key; `nil` for a server that needs none.
        let key: String?
        /// The context of the model in tokens; `nil` when the server does not tell.
        let context: Int?
    }

    /// The key of a server that needs none, for programs that insist on one.
    private static let noKey = "none"

    /// What the program gets.
    struct Setup {
        var variables: [String: String]
        var arguments: [String] = []
    }

    /// The tool with a name; `nil` for none.
    static func named(_ name: String) -> LaunchTool? { all.first { $0.name == name } }

    static let all = [
        LaunchTool(name: "claude", summary: "Claude Code (npm install -g @anthropic-ai/claude-code), by Anthropic's API") { target in
            Setup(
                variables: [
                    "ANTHROPIC_BASE_URL": target.server, "ANTHROPIC_AUTH_TOKEN": target.key ?? noKey, "ANTHROPIC_MODEL": target.model,
                    // A person's own key would be sent beside the token.
                    "ANTHROPIC_API_KEY": "",
                    "ANTHROPIC_DEFAULT_HAIKU_MODEL": target.model, "ANTHROPIC_DEFAULT_SONNET_MODEL": target.model,
                    "ANTHROPIC_DEFAULT_OPUS_MODEL": target.model, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                ])
        },
        LaunchTool(name: "codex", summary: "Codex CLI (npm install -g @openai/codex), by OpenAI's Responses API") { target in
            let provider =
                [
                    ("name", "Roost"), ("base_url", target.server + "/v1"), ("wire_api", "responses"),
                ] + (target.key == nil ? [] : [("env_key", "ROOST_API_KEY")])
            let values = provider.flatMap { ["-c", "model_providers.roost.\($0.0)=\(quoted($0.1))"] }
            let window = target.context.map { ["-c", "model_context_window=\($0)"] } ?? []
            return Setup(
                variables: [:],
                arguments: ["-c", "model_provider=\(quoted("roost"))"] + values + window + ["-m", target.model])
        },
        LaunchTool(name: "opencode", summary: "OpenCode (npm install -g opencode-ai), by OpenAI's chat completions") { target in
            let limit = target.context.map { #","limit":{"context":\#($0),"output":\#(max(256, $0 / 4))}"# } ?? ""
            let options = #"{"baseURL":\#(quoted(target.server + "/v1")),"apiKey":"\#(target.key == nil ? noKey : "{env:ROOST_API_KEY}")"}"#
            let models = #"{\#(quoted(target.model)):{"name":\#(quoted(target.model))\#(limit)}}"#
            let provider = #"{"roost":{"npm":"@ai-sdk/openai-compatible","name":"Roost","options":\#(options),"models":\#(models)}}"#
            return Setup(variables: [
                "OPENCODE_CONFIG_CONTENT":
                    #"{"$schema":"https://opencode.ai/config.json","model":\#(quoted("roost/" + target.model)),"provider":\#(provider)}"#
            ])
        },
        LaunchTool(name: "aider", summary: "aider (python -m pip install aider-install), by OpenAI's chat completions") { target in
            Setup(
                variables: ["OPENAI_API_BASE": target.server + "/v1", "OPENAI_API_KEY": target.key ?? noKey],
                arguments: ["--model", "openai/\(target.model)", "--no-show-model-warnings"])
        },
        LaunchTool(name: "qwen", summary: "Qwen Code (npm install -g @qwen-code/qwen-code), by OpenAI's chat completions") { target in
            Setup(variables: ["OPENAI_BASE_URL": target.server + "/v1", "OPENAI_API_KEY": target.key ?? noKey, "OPENAI_MODEL": target.model])
        },
        LaunchTool(name: "goose", summary: "Goose, by OpenAI's chat completions") { target in
            Setup(
                variables: [
                    "GOOSE_PROVIDER": "openai", "GOOSE_MODEL": target.model, "OPENAI_HOST": target.server, "OPENAI_API_KEY": target.key ?? noKey,
                ])
        },
        LaunchTool(name: "ollama", summary: "The command ollama, and other programs that read OLLAMA_HOST") { target in
            Setup(variables: ["OLLAMA_HOST": target.server])
        },
    ]

    /// A string of JSON, which is one of TOML too.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : scalar.value < 0x20 ? String(format: "\\u%04x", scalar.value) : String(scalar)
        }
        return "\"\(escaped.joined())\""
    }
}
