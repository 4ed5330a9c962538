import Foundation
public import SystemPackage

/// The sample model with a chat template for tools in place of its own, which has none.
public enum ToolModel {
    private static let template = #"""
        {%- if tools %}{{- '<|im_start|>system\n<tools>' }}{%- for tool in tools %}{{- '\n' }}{{- tool | tojson }}{%- endfor %}{{- '\n</tools><|im_end|>\n' }}{%- endif %}
        {%- for message in messages %}{%- if message.role == 'assistant' %}{{- '<|im_start|>assistant' }}{%- if message.content %}{{- '\n' + message.content }}{%- endif %}
        {%- for tool_call in message.tool_calls or [] %}{%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}{{- '\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}' }}{%- endfor %}{{- '<|im_end|>\n' }}
        {%- elif message.role == 'tool' %}{{- '<|im_start|>user\n<tool_response>\n' + message.content + '\n</tool_response><|im_end|>\n' }}
        {%- else %}{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{%- endif %}{%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
        """#
    /// The alignment of tensors in the file.
    private static let alignment = 32

    /// Writes the model.
    ///
    /// - Parameter path: The file; its folder must exist.
    /// - Throws: When the sample model is missing or has no template, or the file cannot be written.
    public static func write(to path: FilePath) throws {
        var file = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.sampleModel.string))
        guard let key = file.prefix(8 << 20).range(of: Data("tokenizer.chat_template".utf8)) else {
            throw TestEnvironment.MissingPart(description: "The sample model has no chat template.")
        }
        // The type of the value has four bytes, and the length of a text eight.
        let place = key.upperBound + 4
        let length = (0..<8).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
        // What follows moves by a multiple of the alignment.
        let least = template.utf8.count + 4
        let new = length + (max(0, least - length) + alignment - 1) / alignment * alignment
        let text = "{#" + String(repeating: " ", count: new - least) + "#}" + template
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: new >> (8 * $0)) } + Array(text.utf8)
        file.replaceSubrange(place..<(place + 8 + length), with: bytes)
        try file.write(to: URL(fileURLWithPath: path.string))
    }
}
