/// How a conversation becomes a text for a model without a chat template: each message is a line that begins with its author, and
/// the answer ends where the model begins the next line of the user. llama-server would write ChatML's marks, which such a model
/// does not know.
enum RoleLines {
    private static let template =
        "{% for message in messages %}{% if message.role == 'system' %}{{ message.content + '\\n\\n' }}"
        + "{% elif message.role == 'assistant' %}{{ 'Assistant: ' + (message.content or '') + '\\n' }}"
        + "{% elif message.role == 'tool' %}{{ 'Tool: ' + (message.content or '') + '\\n' }}{% else %}{{ 'User: ' + (message.content or '') + '\\n' }}{% endif %}"
        + "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"

    /// The texts that end an answer whose request has no `stop` of its own.
    private static let stopTexts = ["\\nUser:", "\\nTool:"]

    /// The arguments for llama-server, which resolves the escapes.
    static var arguments: [String] { ["--jinja", "--chat-template", template] + stopTexts.flatMap { ["--reverse-prompt", $0] } }
}
