import ModelFormats
import RoostCore

/// The parts of an item's content.
enum ResponsePart {
    private static let mostParts = 1000

    /// Refuses a content that is neither a text nor parts with texts.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    static func checkTexts(_ fields: RequestFields, _ name: String) throws {
        guard let parts = fields.value(name)?.elements else { return }
        guard parts.allSatisfy({ $0["text"]?.isString ?? false }) else {
            throw fields.refusal(of: name, "must be a text, or parts with a `text`.")
        }
    }

    /// The text of a content that has only texts; `nil` for one with images.
    static func text(of content: JSONValue?) -> String? {
        guard let content else { return "" }
        if let text = content.string { return text }
        let texts = content.list.map { $0["text"]?.string ?? $0["refusal"]?.string }
        guard texts.allSatisfy({ $0 != nil }) else { return nil }
        return texts.compactMap(\.self).joined(separator: "\n")
    }

    /// Writes a content as `/v1/chat/completions` has it.
    ///
    /// - Parameters:
    ///   - content: A text, or parts.
    ///   - name: The name of the field.
    ///   - body: Receives it.
    /// - Throws: `RoostError` with code `invalidRequest` for a part that models cannot read here.
    static func write(_ content: JSONValue, _ name: String, to body: inout EngineBody) throws {
        if let text = text(of: content) { return body.write(text: text) }
        let parts = content.list
        guard (1...mostParts).contains(parts.count) else {
            throw RoostError(.invalidRequest, "`\(name)` must be a text, or an array of 1 to \(mostParts) parts.", field: name)
        }
        body.begin("[")
        for (index, part) in parts.enumerated() {
            body.next(nil)
            body.begin("{")
            body.next("type")
            if let text = part["text"], text.isString {
                body.write(string: "text")
                body.next("text")
                body.write(text)
            } else {
                guard part["type"]?.string == "input_image", let url = part["image_url"], url.isString else {
                    throw RoostError(
                        .invalidRequest,
                        "`\(name)[\(index)]` must be an input_text, output_text or refusal, or an input_image with `image_url`, a data: URL: there are no uploaded files here.",
                        field: "\(name)[\(index)]")
                }
                body.write(string: "image_url")
                body.next("image_url")
                body.begin("{")
                body.next("url")
                body.write(url)
                body.end("}")
            }
            body.end("}")
        }
        body.end("]")
    }
}
