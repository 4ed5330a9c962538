/// A message of a conversation.
package struct ChatMessage: Sendable, Hashable {
    /// The author of a message.
    package enum Role: String, Sendable, Codable, CaseIterable {
        /// Instructions to the model.
        case system
        /// The user.
        case user
        /// The model.
        case assistant
    }

    /// The author.
    package var role: Role
    /// The text.
    package var content: String
    /// Images beside the text, as `data:` URLs.
    package var images: [String]
    /// What the model thought before its text; `nil` for one that did not, and for other authors.
    package var reasoningContent: String?
    /// The calls of tools that the model asks for; `nil` without any.
    package var toolCalls: [ToolCall]?

    /// Creates a message.
    package init(role: Role, content: String, images: [String] = [], reasoningContent: String? = nil, toolCalls: [ToolCall]? = nil) {
        self.role = role
        self.content = content
        self.images = images
        self.reasoningContent = reasoningContent
        self.toolCalls = toolCalls
    }
}

extension ChatMessage: Codable {
    private enum CodingKeys: String, CodingKey {
        case role, content
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
    }

    /// A part of a content that is not only text.
    private struct Part: Codable {
        struct Address: Codable { let url: String }

        let type: String
        var text: String?
        var imageURL: Address?

        private enum CodingKeys: String, CodingKey {
            case type, text
            case imageURL = "image_url"
        }
    }

    /// Decodes a message; its content is a text, or texts and images.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let parts = try? fields.decode([Part].self, forKey: .content)
        self.init(
            role: try fields.decode(Role.self, forKey: .role),
            content: try parts?.compactMap(\.text).joined(separator: "\n") ?? fields.decode(String.self, forKey: .content),
            images: parts?.compactMap(\.imageURL?.url) ?? [], reasoningContent: try fields.decodeIfPresent(String.self, forKey: .reasoningContent),
            toolCalls: try fields.decodeIfPresent([ToolCall].self, forKey: .toolCalls))
    }

    /// Encodes a message.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(role, forKey: .role)
        if images.isEmpty {
            try fields.encode(content, forKey: .content)
        } else {
            let parts = images.map { Part(type: "image_url", imageURL: .init(url: $0)) } + [Part(type: "text", text: content)]
            try fields.encode(parts, forKey: .content)
        }
        try fields.encodeIfPresent(reasoningContent, forKey: .reasoningContent)
        try fields.encodeIfPresent(toolCalls, forKey: .toolCalls)
    }
}
