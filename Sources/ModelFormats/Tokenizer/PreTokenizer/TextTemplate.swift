/// The tokens that tokenizer.json's `post_processor` adds before and after a single text.
struct TextTemplate: Equatable {
    private(set) var before: [Int] = []
    private(set) var behind: [Int] = []

    /// Reads the template; `nil` for one that does more than add tokens around a text.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - id: Returns the id of a token by its text.
    init?(_ source: TokenizerSource, id: (ByteText) -> Int?) {
        if let begin = Self.llamaBegin(source) {
            before = begin ? ["bos_token"].compactMap { source.settings?[$0]?.tokenText.flatMap(id) } : []
            behind = source.settings?["add_eos_token"]?.bool == true ? ["eos_token"].compactMap { source.settings?[$0]?.tokenText.flatMap(id) } : []
            return
        }
        guard let processor = source.tokenizer?["post_processor"], !processor.isNull else { return }
        for processor in processor["processors"]?.list ?? [processor] {
            switch processor["type"]?.string {
            case "ByteLevel": continue
            case "TemplateProcessing": guard read(template: processor) else { return nil }
            case "BertProcessing", "RobertaProcessing":
                func id(_ name: String) -> [Int] { processor[name]?.list.dropFirst().prefix(1).compactMap(\.int) ?? [] }
                (before, behind) = (id("cls"), id("sep"))
            default: return nil
            }
        }
    }

    /// Whether transformers' class for Llama, which has its own template, adds a token at the beginning; `nil` for
    /// other classes.
    private static func llamaBegin(_ source: TokenizerSource) -> Bool? {
        guard ["LlamaTokenizer", "LlamaTokenizerFast"].contains(source.settings?["tokenizer_class"]?.string) else { return nil }
        return source.settings?["add_bos_token"]?.bool ?? true
    }

    private mutating func read(template: JSONValue) -> Bool {
        guard let items = template["single"]?.elements else { return false }
        var isBehind = false
        for item in items {
            if item["Sequence"] != nil {
                isBehind = true
            } else if let name = item["SpecialToken"]?["id"]?.string, let ids = template["special_tokens"]?[name]?["ids"]?.list {
                let ids = ids.compactMap(\.int)
                if isBehind { behind += ids } else { before += ids }
            } else {
                return false
            }
        }
        return isBehind
    }
}
